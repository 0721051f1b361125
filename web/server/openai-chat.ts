/** POST /v1/chat/completions: one turn of the orchestrator for a client that keeps the conversation itself. */
import type { Express, Request, Response } from 'express'
import type { ChatEvent } from '../../agents/chat.ts'
import { asFault, Fault } from '../../platform/fault.ts'
import { jsonText } from '../../platform/json-text.ts'
import type { Log } from '../../platform/platform.ts'
import { hangUp, type ServerContext, sendJson } from './context.ts'
import { openEventStream } from './event-stream.ts'
import { readJson } from './json-body.ts'
import { methodNotAllowed } from './not-found.ts'
import { openAiCaller } from './openai-caller.ts'
import { readChat } from './openai-chat-request.ts'
import { OpenAiFault, openAiError, sendOpenAiError } from './openai-errors.ts'
import { chatModel, isChatModel } from './openai-models.ts'
import type { Delta, Ending, Reply } from './openai-reply.ts'
import { beginTurn, type Head, type Turn } from './openai-turn.ts'
import { createTurnstile } from './turnstile.ts'

/** Turns that one caller may have open at once. */
const mostAtOnce = 32

export function addOpenAiChatRoute(app: Express, context: ServerContext): void {
  const { log } = context.waist.platform
  const turnstile = createTurnstile(mostAtOnce)

  const chat = async (req: Request, res: Response): Promise<void> => {
    const caller = await openAiCaller(context, req)
    const ask = readChat(await readJson(req, context.bodyLimit))
    if (!isChatModel(ask.model, context)) throw unknownModel(ask.model)
    jsonText(ask.fresh.message, 'The message')
    const leave = turnstile.enter(caller)
    if (leave === undefined)
      throw new OpenAiFault(429, 'rate_limit_exceeded', { message: `You have ${mostAtOnce} answers open. Wait for one of them to end.` })
    try {
      const turn = await beginTurn(context, { ask, caller, hungUp: hangUp(res) })
      await (ask.stream ? answerInChunks : answerWhole)(res, turn, log)
    } finally {
      leave()
    }
  }

  app.route('/v1/chat/completions').post(chat).all(methodNotAllowed('POST'))
}

const unknownModel = (model: string): OpenAiFault =>
  new OpenAiFault(404, 'model_not_found', {
    message: `The model '${model.slice(0, 80)}' does not exist here. Send '${chatModel}', or one that GET /v1/models lists.`,
    param: 'model',
  })

function told(reply: Reply, event: ChatEvent): readonly Delta[] {
  const delta = reply.take(event)
  return delta === undefined ? [] : [delta]
}

const usageOf = ({ input, output }: Ending['usage']): object => ({
  prompt_tokens: input,
  completion_tokens: output,
  total_tokens: input + output,
})

function completionOf(head: Head, deltas: readonly Delta[], { finish, annotations, usage, millrace }: Ending): object {
  const text = deltas.map(({ content = '' }) => content).join('')
  const reasoning = deltas.map(({ reasoning_content: thought = '' }) => thought).join('')
  const calls = deltas.flatMap(({ tool_calls: some = [] }) => some).map(({ index: _, ...call }) => call)
  const message = {
    role: 'assistant',
    content: text === '' && calls.length > 0 ? null : text,
    refusal: null,
    annotations,
    ...(reasoning === '' ? {} : { reasoning_content: reasoning }),
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
  }
  return {
    object: 'chat.completion',
    ...head,
    choices: [{ index: 0, message, logprobs: null, finish_reason: finish }],
    usage: usageOf(usage),
    millrace,
  }
}

/** The answer in one piece. */
async function answerWhole(res: Response, { head, events, reply }: Turn, log: Log): Promise<void> {
  const deltas: Delta[] = []
  try {
    for await (const event of events) deltas.push(...told(reply, event))
  } catch (error) {
    return sendOpenAiError(res, error, { log, again: !reply.acted() })
  }
  sendJson(res, 200, completionOf(head, deltas, reply.ending()))
}

/** A failure on the way is a chunk of its own, after which `[DONE]` does not come. */
async function answerInChunks(res: Response, turn: Turn, log: Log): Promise<void> {
  const out = openEventStream(res, { contentType: 'text/event-stream', signal: turn.signal })
  const write = (value: unknown): Promise<void> => out.write(`data: ${JSON.stringify(value)}\n\n`)
  try {
    await writeChunks(turn, write)
    await out.write('data: [DONE]\n\n')
  } catch (error) {
    const fault = asFault(error)
    if (!(error instanceof Fault) && fault.code === 'internal') log.error({ error }, 'A chat turn failed unexpectedly.')
    await write(openAiError(fault))
  } finally {
    out.end()
  }
}

async function writeChunks({ ask, head, events, reply }: Turn, write: (value: unknown) => Promise<void>): Promise<void> {
  const chunk = { object: 'chat.completion.chunk', ...head }
  const usage = ask.includeUsage ? { usage: null } : {}
  const send = (delta: object, finish: string | null = null, more: object = {}): Promise<void> =>
    write({ ...chunk, choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }], ...usage, ...more })
  await send({ role: 'assistant', content: '' })
  for await (const event of events) for (const delta of told(reply, event)) await send(delta)
  const ending = reply.ending()
  await send(ending.annotations.length > 0 ? { annotations: ending.annotations } : {}, ending.finish, { millrace: ending.millrace })
  if (ask.includeUsage) await write({ ...chunk, choices: [], usage: usageOf(ending.usage) })
}
