/**
 * One foreign server's life: connect -> list -> post on the board -> connect again when it ends. Everything that happens to it
 * happens in turn; what was not accepted is never in the catalogue and never called.
 */
import { asFault, Fault } from '../../platform/fault.ts'
import type { ForeignServer } from '../../tools/ports.ts'
import type { Connection, ConnectionOptions } from './connection.ts'
import type { Send } from './foreign-tool.ts'
import { createOfferBoard, type OfferBoard, type OfferBoardParts } from './offer-board.ts'
import { createRetry } from './retry.ts'

export interface JoinedServer extends Pick<OfferBoard, 'pinsFor'> {
  /** Resolves after the first try, whatever came of it. */
  start(): Promise<void>
  view(): ForeignServer
  /** Lists again, connecting first where there is no connection. */
  refresh(): Promise<void>
  close(): Promise<void>
}

export interface JoinedServerParts extends Omit<OfferBoardParts, 'send'> {
  readonly connect: (hooks: Pick<ConnectionOptions, 'onChanged' | 'onEnded' | 'signal'>) => Promise<Connection>
  readonly onTrouble: (why: string) => void
  /** Default 1,000. */
  readonly firstWaitMs?: number | undefined
}

export function createJoinedServer(parts: JoinedServerParts): JoinedServer {
  const { spec, onTrouble, firstWaitMs } = parts
  const closing = new AbortController()
  const retry = createRetry(() => void inTurn(ready), firstWaitMs)
  let connection: Connection | undefined
  let trouble: string | undefined = 'It has not answered yet.'
  /** The present end has been dealt with. */
  let down = false
  let turn: Promise<void> = Promise.resolve()

  /** One thing at a time, and none of them leaves an error to nobody. */
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    turn = turn.then(work).catch((error: unknown) => failed(asFault(error).message))
    return turn
  }
  const failed = (why: string): void => {
    // An end is often told twice: by the connection, and by what was under way on it.
    if (closing.signal.aborted || down) return
    down = true
    connection?.close().catch(() => undefined)
    connection = undefined
    if (trouble !== why) onTrouble(why)
    trouble = why
    retry.later()
  }
  const ready = async (): Promise<void> => {
    if (connection || closing.signal.aborted) return
    retry.begun()
    down = false
    const opened = await parts.connect({
      signal: closing.signal,
      onChanged: () => void inTurn(relist),
      onEnded: (why) => {
        if (connection === undefined || connection === opened) failed(why)
      },
    })
    if (closing.signal.aborted) return opened.close()
    connection = opened
    down = false
    await relist()
  }
  const relist = async (): Promise<void> => {
    if (!connection) return
    await board.post(await connection.list(closing.signal))
    trouble = undefined
  }
  const send: Send = async (offer, input, { call, signal, progress }) => {
    // One try at once for whoever waits for it; otherwise the waits between tries hold.
    if (!connection && retry.isEarly()) await inTurn(ready)
    if (!connection) throw new Fault('unavailable', `${trouble ?? 'It is not connected.'} Millrace tries again by itself.`)
    if (!board.isCallable(offer))
      throw new Fault('conflict', `MCP server '${spec.name}' has changed this tool. A person must look at it with list_mcp_servers first.`)
    return connection.call({ offer, input, call, signal, timeoutMs: spec.timeoutSeconds * 1000, onProgress: progress })
  }
  const board = createOfferBoard({ ...parts, send })

  return {
    start: () => inTurn(ready),
    view: () => viewOf(parts, board, { connected: connection !== undefined, trouble }),
    refresh: () => inTurn(async () => (connection ? relist() : ready())),
    pinsFor: board.pinsFor,
    close: async () => {
      closing.abort(new Fault('cancelled', 'Millrace is stopping.'))
      retry.stop()
      parts.join([])
      await connection?.close()
      await turn
    },
  }
}

function viewOf(
  { spec: { name, kind } }: JoinedServerParts,
  board: OfferBoard,
  { connected, trouble }: { readonly connected: boolean; readonly trouble: string | undefined },
): ForeignServer {
  const tools = board.tools()
  const withheld = tools.some(({ state }) => state !== 'joined')
  return {
    server: name,
    transport: kind,
    state: !connected ? 'unavailable' : withheld ? 'withheld' : 'joined',
    hash: board.hash(),
    tools,
    ...(trouble === undefined ? {} : { trouble }),
  }
}
