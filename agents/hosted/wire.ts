/** Servers that are nearly OpenAI's: what they answer to a request for a stream, made a stream where it can be. */
import { z } from 'zod'
import { NoAnswer } from './failures.ts'

const whole = z.object({
  id: z.string().default(''),
  model: z.string().default(''),
  created: z.number().default(0),
  choices: z
    .array(
      z.object({
        finish_reason: z.string().nullish(),
        message: z.looseObject({ role: z.string().default('assistant'), tool_calls: z.array(z.looseObject({})).nullish() }),
      }),
    )
    .min(1),
  usage: z.unknown().optional(),
})

/** For the OpenAI client. A server that answers whole although asked for a stream is heard; a page of HTML is not. */
export async function fetchCompletion(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const response = await fetch(input, init)
  if (!response.ok || !asksStream(init)) return response
  const type = response.headers.get('content-type') ?? ''
  if (type === '' || type.includes('text/event-stream')) return response
  if (type.includes('json')) return streamOf(await response.text())
  await response.body?.cancel()
  throw new NoAnswer(`it answered with ${type.split(';', 1)[0]} instead of a stream of events; is its URL the one of the API?`, {
    passing: false,
  })
}

const asksStream = (init: RequestInit | undefined): boolean => typeof init?.body === 'string' && /"stream":\s*true/u.test(init.body)

function streamOf(text: string): Response {
  const body = parsed(text)
  const completion = whole.safeParse(body).data
  const events = completion ? chunksOf(completion) : [body ?? { error: { message: 'The answer is not JSON.' } }]
  const stream = [...events.map((event) => JSON.stringify(event)), '[DONE]'].map((data) => `data: ${data}\n\n`).join('')
  return new Response(stream, { status: 200, headers: { 'content-type': 'text/event-stream' } })
}

function chunksOf({ id, model, created, choices, usage }: z.infer<typeof whole>): readonly unknown[] {
  const head = { id, model, created, object: 'chat.completion.chunk' }
  const chunks = choices.slice(0, 1).flatMap(({ message: { tool_calls, ...message }, finish_reason }) => {
    const calls = (tool_calls ?? []).map((call, index) => ({ index, ...call }))
    const delta = { ...message, ...(calls.length > 0 ? { tool_calls: calls } : {}) }
    return [
      { ...head, choices: [{ index: 0, delta, finish_reason: null }] },
      { ...head, choices: [{ index: 0, delta: {}, finish_reason: finish_reason ?? 'stop' }] },
    ]
  })
  return usage === undefined ? chunks : [...chunks, { ...head, choices: [], usage }]
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
