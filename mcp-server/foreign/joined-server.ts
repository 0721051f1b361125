/**
 * One foreign server's life: connect -> list -> compare with what was accepted -> join the rest withheld -> connect again when it ends.
 * Everything that happens to it happens in turn; what was not accepted is never in the catalogue and never called.
 */
import { asFault, Fault } from '../../platform/fault.ts'
import type { ForeignServer, ForeignToolState } from '../../tools/ports.ts'
import type { Context, Tool } from '../../tools/tool.ts'
import type { Connection, ConnectionOptions } from './connection.ts'
import { plainWords } from './foreign-text.ts'
import { foreignTool } from './foreign-tool.ts'
import { hashOffer, hashOffers, type Offer } from './offer.ts'
import type { Pin, Pins } from './pins.ts'
import type { Answer } from './result.ts'
import type { ServerSpec } from './servers-file.ts'
import { localNames } from './tool-name.ts'

export interface JoinedServer {
  /** Resolves after the first try, whatever came of it. */
  start(): Promise<void>
  view(): ForeignServer
  /** Lists again, connecting first where there is no connection. */
  refresh(): Promise<void>
  /** The pins that accepting `hash` means: of the whole list, or of one tool. Throws `conflict` when nothing withheld has it. */
  pinsFor(hash: string): readonly Pin[]
  close(): Promise<void>
}

export interface JoinedServerParts {
  readonly spec: ServerSpec
  readonly connect: (hooks: Pick<ConnectionOptions, 'onChanged' | 'onEnded' | 'signal'>) => Promise<Connection>
  readonly pins: Pins
  /** Replaces this server's tools in the catalogue. */
  readonly join: (tools: readonly Tool[]) => void
  /** Told once for every list that holds something withheld. */
  readonly onWithheld: (tools: readonly ForeignToolState[], hash: string) => void
  readonly onTrouble: (why: string) => void
  readonly firstWaitMs?: number
}

const mostTools = 128
const longestWaitMs = 300_000
/** A connection that lasted this long starts the waits anew. */
const steadyMs = 60_000
const names = /^[\w./ -]{1,128}$/

interface Listed {
  readonly offer: Offer
  readonly local: string
  readonly hash: string
  readonly pin: Pin | undefined
}

export function createJoinedServer(parts: JoinedServerParts): JoinedServer {
  const { spec, pins, firstWaitMs = 1_000 } = parts
  const closing = new AbortController()
  let connection: Connection | undefined
  let listed: readonly Listed[] = []
  let trouble: string | undefined = 'It has not answered yet.'
  let failures = 0
  let down = false
  let since = 0
  let retry: NodeJS.Timeout | undefined
  let joined = ''
  let told = ''
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
    if (performance.now() - since > steadyMs) failures = 0
    const changed = trouble !== why
    trouble = why
    const left = connection
    connection = undefined
    left?.close().catch(() => undefined)
    if (changed) parts.onTrouble(why)
    clearTimeout(retry)
    retry = setTimeout(() => void inTurn(ready), Math.min(firstWaitMs * 2 ** failures, longestWaitMs))
    retry.unref()
    failures = Math.min(failures + 1, 20)
  }

  const ready = async (): Promise<void> => {
    if (connection || closing.signal.aborted) return
    since = performance.now()
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
    const offers = usable(spec, await connection.list(closing.signal))
    const known = (await pins.read(spec.name)) ?? (await firstJoin(offers))
    const locals = localNames(
      spec.name,
      offers.map(({ name }) => name),
    )
    listed = offers.map((offer) => ({ offer, local: locals.get(offer.name) ?? '', hash: hashOffer(offer), pin: known.get(offer.name) }))
    trouble = undefined
    publish()
  }

  const firstJoin = async (offers: readonly Offer[]): Promise<ReadonlyMap<string, Pin>> => {
    await pins.join(spec.name, offers.map(pinOf))
    return (await pins.read(spec.name)) ?? new Map()
  }

  const publish = (): void => {
    const accepted = listed.filter(isAccepted)
    const state = hashOffers(accepted.map(({ offer }) => offer))
    if (state !== joined) parts.join(accepted.map(({ offer, local }) => foreignTool(spec, offer, { name: local, send })))
    joined = state
    const withheld = listed.filter((one) => !isAccepted(one))
    const hash = hashOffers(listed.map(({ offer }) => offer))
    if (withheld.length > 0 && told !== hash) parts.onWithheld(withheld.map(stateOf), hash)
    told = hash
  }

  const send = async (offer: Offer, input: Readonly<Record<string, unknown>>, context: Context): Promise<Answer> => {
    // One try at once for whoever waits for it; otherwise the waits between tries hold.
    if (!connection && failures <= 1) await inTurn(ready)
    if (!connection) throw new Fault('unavailable', `${trouble ?? 'It is not connected.'} Millrace tries again by itself.`)
    const current = listed.find((one) => one.offer.name === offer.name)
    if (!current || !isAccepted(current) || current.hash !== hashOffer(offer))
      throw new Fault('conflict', `MCP server '${spec.name}' has changed this tool. A person must look at it with list_mcp_servers first.`)
    const { call, signal, progress } = context
    return connection.call({ offer, input, call, signal, timeoutMs: spec.timeoutSeconds * 1000, onProgress: progress })
  }

  return {
    start: () => inTurn(ready),
    view: () => viewOf(spec, { connected: connection !== undefined, trouble, listed }),
    refresh: () => inTurn(async () => (connection ? relist() : ready())),
    pinsFor: (hash) => {
      const all = hashOffers(listed.map(({ offer }) => offer)) === hash
      const meant = listed.filter((one) => !isAccepted(one) && (all || one.hash === hash))
      if (meant.length > 0) return meant.map(({ offer }) => pinOf(offer))
      throw new Fault(
        'conflict',
        `MCP server '${spec.name}' withholds nothing with this hash; it may have changed again. List it and look.`,
      )
    },
    close: async () => {
      closing.abort(new Fault('cancelled', 'Millrace is stopping.'))
      clearTimeout(retry)
      parts.join([])
      await connection?.close()
      await turn
    },
  }
}

/** What the operator's file lets in. Throws for more than anybody can look through. */
function usable({ name, allow }: ServerSpec, offers: readonly Offer[]): readonly Offer[] {
  const wanted = [...new Map(offers.map((offer) => [offer.name, offer])).values()].filter((offer) => allow?.includes(offer.name) ?? true)
  if (wanted.length > mostTools)
    throw new Fault(
      'unavailable',
      `MCP server '${name}' offers ${wanted.length} tools; at most ${mostTools} join. Name those you need in 'allow'.`,
    )
  return wanted.filter((offer) => names.test(offer.name))
}

const isAccepted = ({ hash, pin }: Listed): boolean => pin?.hash === hash

const longestDescription = 2_000

const pinOf = (offer: Offer): Pin => ({
  tool: offer.name,
  hash: hashOffer(offer),
  description: plainWords(offer.description ?? '', longestDescription),
})

function stateOf({ offer, local, hash, pin }: Listed): ForeignToolState {
  const description = plainWords(offer.description ?? '', longestDescription)
  const state = pin === undefined ? 'new' : pin.hash === hash ? 'joined' : 'changed'
  const before = state === 'changed' && pin ? { accepted: { hash: pin.hash, description: pin.description } } : {}
  return { tool: local, name: offer.name, state, hash, description, ...before }
}

function viewOf(
  { name, kind }: ServerSpec,
  { connected, trouble, listed }: { readonly connected: boolean; readonly trouble: string | undefined; readonly listed: readonly Listed[] },
): ForeignServer {
  const tools = listed.map(stateOf)
  const withheld = tools.some(({ state }) => state !== 'joined')
  return {
    server: name,
    transport: kind,
    state: !connected ? 'unavailable' : withheld ? 'withheld' : 'joined',
    hash: hashOffers(listed.map(({ offer }) => offer)),
    tools,
    ...(trouble === undefined ? {} : { trouble }),
  }
}
