/** POST /agui: one chat turn as a stream of AG-UI events, over Server-Sent Events or protobuf. */
import type { Event } from '@ag-ui/core'
import { AGUI_MEDIA_TYPE, EventEncoder } from '@ag-ui/encoder'
import type { Express, Request, Response } from 'express'
import type { ChatEvent, ChatRequest } from '../../agents/chat.ts'
import type { Caller } from '../../platform/caller.ts'
import { asFault, Fault } from '../../platform/fault.ts'
import { type AguiMapper, createAguiMapper } from './agui-events.ts'
import { decideOnce } from './approval-routes.ts'
import { hangUp, idempotencyKey, queryOf, type ServerContext } from './context.ts'
import { type EventStream, openEventStream } from './event-stream.ts'
import { readJson } from './json-body.ts'
import { methodNotAllowed } from './not-found.ts'
import { type Answer, readRunInput } from './run-input.ts'
import { createTurnKeys } from './turn-keys.ts'

export function addAguiRoute(app: Express, context: ServerContext): void {
  const { callers, orchestrator, closing } = context
  const keys = createTurnKeys()

  const turn = async (req: Request, res: Response): Promise<void> => {
    const caller = await callers.identify(req)
    queryOf(req, [])
    const key = idempotencyKey(req)
    const { threadId, runId, message, resume } = readRunInput(await readJson(req, context.bodyLimit))
    if (key !== undefined) keys.claim(caller, key)
    await decideAll(context, caller, resume ?? [])
    const gone = hangUp(res)
    const signal = AbortSignal.any([gone, closing])
    const said: Pick<ChatRequest, 'message' | 'resume'> = message === undefined ? { resume: true } : { message }
    const events = orchestrator.chat({ thread: threadId, caller, signal, ...said })[Symbol.asyncIterator]()
    const first = await untilClosing(events.next(), closing)
    const { contentType, encode } = encoderFor(req.headers.accept)
    const stream = openEventStream(res, { contentType, signal: gone })
    await relay({ events, first, stream, encode, closing, mapper: createAguiMapper({ threadId, runId }) })
  }

  app.route('/agui').post(turn).all(methodNotAllowed('POST'))
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
  readonly encode: (event: Event) => Uint8Array
  readonly closing: AbortSignal
}

/** Whatever happens on the way, a client that is still there gets exactly one terminal event. */
async function relay({ events, first, mapper, stream, encode, closing }: Relay): Promise<void> {
  const send = async (event: ChatEvent): Promise<void> => {
    for (const mapped of mapper.map(event)) await stream.write(encode(mapped))
  }
  const stopped = (): ChatEvent => ({ type: 'failed', code: 'unavailable', message: 'The server is stopping. Ask again when it is back.' })
  try {
    for (let next = first; !next.done && !mapper.ended() && !stream.signal.aborted; next = await untilClosing(events.next(), closing))
      await send(next.value)
    await send(closing.aborted ? stopped() : { type: 'failed', code: 'internal', message: 'The turn ended without a last event.' })
  } catch (error) {
    const fault = asFault(error)
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

function encoderFor(accept: string | undefined): { readonly contentType: string; readonly encode: (event: Event) => Uint8Array } {
  const encoder = new EventEncoder(accept?.includes(AGUI_MEDIA_TYPE) ? { accept } : {})
  return { contentType: encoder.getContentType(), encode: (event) => encoder.encodeBinary({ ...event }) }
}
