/** Numbered AG-UI events on a connection, as Server-Sent Events (the number is their `id`) or protobuf (the reader counts). */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Event, EventType } from '@ag-ui/core'
import { AGUI_MEDIA_TYPE, EventEncoder } from '@ag-ui/encoder'
import { asFault } from '../../platform/fault.ts'
import { type AguiRun, notKept } from './agui-run.ts'
import { hangUp } from './context.ts'
import { openEventStream } from './event-stream.ts'
import { HttpFault } from './problem.ts'

export interface Encoding {
  readonly contentType: string
  /** An event without a number is about this connection, or made for it. */
  readonly encode: (event: Event, id?: number) => Uint8Array
}

/** Protobuf for who accepts it, else Server-Sent Events. */
export function encodingOf({ headers: { accept } }: IncomingMessage): Encoding {
  if (accept?.includes(AGUI_MEDIA_TYPE)) {
    const encoder = new EventEncoder({ accept })
    return { contentType: encoder.getContentType(), encode: (event) => encoder.encodeBinary({ ...event }) }
  }
  const encode: Encoding['encode'] = (event, id) =>
    Buffer.from(`${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(event)}\n\n`)
  return { contentType: 'text/event-stream', encode }
}

/** How far a reader has come, by the Last-Event-ID header or `?after=`; undefined when it does not say. */
export function positionOf(req: IncomingMessage, query: URLSearchParams): number | undefined {
  const text = query.get('after') ?? req.headers['last-event-id']
  if (text === undefined || text === '') return undefined
  if (typeof text === 'string' && /^\d{1,9}$/.test(text)) return Number(text)
  throw new HttpFault(400, 'usage', `The position is '${String(text).slice(0, 40)}'. Give the number of the last event that was read.`)
}

export interface Following {
  /** The number of the last event that the reader has. */
  readonly after: number
  readonly encoding: Encoding
  /** Told right after the run's first event. */
  readonly second?: readonly Event[]
}

/** Tells a run to a client, from where it is to the end. Throws before anything is sent for a place that cannot be read from. */
export async function follow(res: ServerResponse, run: AguiRun, { after, encoding, second = [] }: Following): Promise<void> {
  if (after > run.last())
    throw new HttpFault(400, 'usage', `The position is ${after}, but run '${run.runId}' has ${run.last()} events so far. Count again.`)
  if (after + 1 < run.first()) throw notKept(run, after)
  const { contentType, encode } = encoding
  const gone = hangUp(res)
  const stream = openEventStream(res, { contentType, signal: gone })
  try {
    for await (const { id, event } of run.read(after, gone)) {
      await stream.write(encode(event, id))
      if (id === 1) for (const extra of second) await stream.write(encode(extra))
    }
  } catch (error) {
    // It read so slowly that events were dropped before it; whatever it holds has an end all the same.
    const { code, message } = asFault(error)
    await stream.write(encode({ type: EventType.RUN_ERROR, code, message }))
  } finally {
    stream.end()
  }
}

/** A few events that are known already. */
export async function tell(res: ServerResponse, events: readonly Event[], { contentType, encode }: Encoding): Promise<void> {
  const stream = openEventStream(res, { contentType, signal: hangUp(res) })
  for (const event of events) await stream.write(encode(event))
  stream.end()
}
