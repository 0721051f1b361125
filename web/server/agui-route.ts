/** POST /agui: one chat turn as a stream of AG-UI events, over Server-Sent Events or protobuf. */
import type { Event } from '@ag-ui/core'
import { AGUI_MEDIA_TYPE, EventEncoder } from '@ag-ui/encoder'
import type { Express, Request, Response } from 'express'
import type { ChatEvent, ChatRequest } from '../../agents/chat.ts'
import type { Caller } from '../../platform/caller.ts'
import { asFault, Fault } from '../../platform/fault.ts'
import { jsonText } from '../../platform/json-text.ts'
import type { Log } from '../../platform/platform.ts'
import { type AguiMapper, createAguiMapper } from './agui-events.ts'
import { decideOnce } from './approval-routes.ts'
import { hangUp, idempotencyKey, queryOf, type ServerContext } from './context.ts'
import { type EventStream, openEventStream } from './event-stream.ts'
import { readJson } from './json-body.ts'
import { methodNotAllowed } from './not-found.ts'
import { type Answer, type RunInput, readRunInput } from './run-input.ts'
import { createTurnKeys, type TurnRecord } from './turn-keys.ts'

export function addAguiRoute(app: Express, context: ServerContext): void {
  const { callers } = context
  const keys = createTurnKeys()

  const turn = async (req: Request, res: Response): Promise<void> => {
    const caller = await callers.identify(req)
    queryOf(req, [])
    const key = idempotencyKey(req)
    const input = readRunInput(await readJson(req, context.bodyLimit))
    jsonText(input.message, 'The message')
    const begun = key === undefined ? { record: unrecorded } : keys.begin(caller, key, input)
    const answer = encoderFor(req.headers.accept)
    if ('replay' in begun) return replay(res, begun.replay, answer)
    const { record } = begun
    try {
      await answerTurn(context, res, { caller, input, record, answer })
    } finally {
      record.end()
    }
  }

  app.route('/agui').post(turn).all(methodNotAllowed('POST'))
}

const unrecorded: TurnRecord = { add: () => undefined, end: () => undefined }

interface TurnRequest {
  readonly caller: Caller
  readonly input: RunInput
  readonly record: TurnRecord
  readonly answer: Encoding
}

async function answerTurn(context: ServerContext, res: Response, { caller, input, record, answer }: TurnRequest): Promise<void> {
  const { orchestrator, closing } = context
  const { threadId, runId, message, resume } = input
  await decideAll(context, caller, resume ?? [])
  const gone = hangUp(res)
  const signal = AbortSignal.any([gone, closing])
  const said: Pick<ChatRequest, 'message' | 'resume'> = message === undefined ? { resume: true } : { message }
  const events = orchestrator.chat({ thread: threadId, caller, signal, ...said })[Symbol.asyncIterator]()
  const first = await untilClosing(events.next(), closing)
  const stream = openEventStream(res, { contentType: answer.contentType, signal: gone })
  const send = async (event: Event): Promise<void> => {
    record.add(event)
    await stream.write(answer.encode(event))
  }
  await relay({ events, first, stream, send, closing, log: context.waist.platform.log, mapper: createAguiMapper({ threadId, runId }) })
}

async function replay(res: Response, events: readonly Event[], { contentType, encode }: Encoding): Promise<void> {
  const stream = openEventStream(res, { contentType, signal: hangUp(res) })
  for (const event of events) await stream.write(encode(event))
  stream.end()
}

/** A person's decisions that came with the resume, made before the turn goes on. */
async function decideAll(context: ServerContext, caller: Caller, answers: readonly Answer[]): Promise<void> {
  for (const { approval, decision } of answers) if (decision !== undefined) await decideOnce(context, { id: approval, decision, caller })
}

interface Relay {
  readonly events: AsyncIterator<ChatEvent>
  readonly first: IteratorResult<ChatEvent>
  readonly mapper: AguiMapper
  readonly stream: EventStream
  readonly send: (event: Event) => Promise<void>
  readonly closing: AbortSignal
  readonly log: Log
}

/** Whatever happens on the way, a client that is still there gets exactly one terminal event. */
async function relay({ events, first, mapper, stream, send: write, closing, log }: Relay): Promise<void> {
  const send = async (event: ChatEvent): Promise<void> => {
    for (const mapped of mapper.map(event)) await write(mapped)
  }
  const stopped = (): ChatEvent => ({ type: 'failed', code: 'unavailable', message: 'The server is stopping. Ask again when it is back.' })
  try {
    for (let next = first; !next.done; next = await untilClosing(events.next(), closing)) {
      await send(next.value)
      if (mapper.ended() || stream.signal.aborted) break
    }
    await send(closing.aborted ? stopped() : { type: 'failed', code: 'internal', message: 'The turn ended without a last event.' })
  } catch (error) {
    const fault = asFault(error)
    if (!(error instanceof Fault) && fault.code === 'internal') log.error({ error }, 'A chat turn failed unexpectedly.')
    await send(closing.aborted ? stopped() : { type: 'failed', code: fault.code, message: fault.message })
  } finally {
    stream.end()
    // Not awaited: a model that does not hear the signal must not hold the answer open.
    events.return?.()?.catch(() => undefined)
  }
}

/** A turn that does not end by itself is left behind when the server closes. */
function untilClosing<T>(next: Promise<T>, closing: AbortSignal): Promise<T> {
  if (closing.aborted) return Promise.reject(closingFault())
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(closingFault())
    closing.addEventListener('abort', stop, { once: true })
    next.then(resolve, reject).finally(() => closing.removeEventListener('abort', stop))
  })
}

const closingFault = (): Fault => new Fault('unavailable', 'The server is stopping.')

interface Encoding {
  readonly contentType: string
  readonly encode: (event: Event) => Uint8Array
}

function encoderFor(accept: string | undefined): Encoding {
  const encoder = new EventEncoder(accept?.includes(AGUI_MEDIA_TYPE) ? { accept } : {})
  return { contentType: encoder.getContentType(), encode: (event) => encoder.encodeBinary({ ...event }) }
}
