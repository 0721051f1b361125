/** The body of POST /v1/chat/completions. Each of OpenAI's fields is honoured, accepted without effect (and named in the answer), or refused. */
import { z } from 'zod'
import type { ChatRequest } from '../../agents/chat.ts'
import { OpenAiFault } from './openai-errors.ts'
import { type Asked, messageSchema, readMessages } from './openai-messages.ts'

const tool = z.looseObject({
  type: z.literal('function'),
  function: z.looseObject({
    name: z.string().regex(/^[\w-]{1,64}$/, 'must be 1 to 64 letters, digits, _ or -'),
    description: z.string().max(20_000).nullish(),
    parameters: z.record(z.string(), z.unknown()).nullish(),
  }),
})

const body = z.looseObject({
  model: z.string().min(1).max(200),
  messages: z.array(messageSchema).min(1).max(2000),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  tools: z.array(tool).max(64).nullish(),
  tool_choice: z.union([z.string(), z.looseObject({ type: z.string() })]).nullish(),
  n: z.int().nullish(),
})

export interface ChatAsk extends Asked {
  readonly model: string
  readonly stream: boolean
  readonly includeUsage: boolean
  readonly clientTools: NonNullable<ChatRequest['clientTools']>
  /** Fields that were sent and have no effect here. */
  readonly ignored: readonly string[]
}

const honoured = new Set(Object.keys(body.shape))

/** They shape a single call of a model. How this agent's model is called is its operator's choice, and what it may cost its budget. */
const withoutEffect = new Set([
  ...['temperature', 'top_p', 'presence_penalty', 'frequency_penalty', 'logit_bias', 'seed', 'max_tokens', 'max_completion_tokens'],
  ...['user', 'metadata', 'store', 'service_tier', 'reasoning_effort', 'verbosity', 'parallel_tool_calls', 'prediction'],
  ...['prompt_cache_key', 'prompt_cache_retention', 'safety_identifier'],
])

/** To leave these out would change what the answer means. */
const refused: Readonly<Record<string, string>> = {
  stop: 'Answers are not cut at stop sequences. Leave it out.',
  logprobs: 'Log probabilities are not given. Leave it out.',
  top_logprobs: 'Log probabilities are not given. Leave it out.',
  functions: "Functions are deprecated. Send them as 'tools'.",
  function_call: "Functions are deprecated. Send 'tool_choice'.",
  audio: 'Answers are text.',
  web_search_options: 'This agent does not search the web.',
}

/** Throws an OpenAI fault naming the field. */
export function readChat(sent: unknown): ChatAsk {
  const parsed = body.safeParse(sent)
  if (!parsed.success) throw invalid(parsed.error)
  const { model, messages, stream, stream_options: options, tools, tool_choice: choice, n } = parsed.data
  const ignored = checkOthers(parsed.data)
  if ((n ?? 1) !== 1) throw unsupported('n', `n is ${n}. This agent gives one answer; ask again for another.`)
  checkChoice(choice ?? 'auto')
  return {
    ...readMessages(messages),
    model,
    stream: stream === true,
    includeUsage: options?.include_usage === true,
    clientTools: choice === 'none' ? [] : clientToolsOf(tools ?? []),
    ignored,
  }
}

function clientToolsOf(tools: readonly z.output<typeof tool>[]): ChatAsk['clientTools'] {
  const names = tools.map(({ function: { name } }) => name)
  const twice = names.find((name, at) => names.indexOf(name) < at)
  if (twice !== undefined) throw new OpenAiFault(400, 'invalid_value', { message: `Two tools are called '${twice}'.`, param: 'tools' })
  return tools.map(({ function: { name, description, parameters } }) => ({
    name,
    description: description ?? '',
    input: parameters ?? { type: 'object', properties: {} },
  }))
}

/** The agent decides by itself what to call: a promise to call would not be kept. */
function checkChoice(choice: string | { readonly type: string }): void {
  if (choice === 'auto' || choice === 'none') return
  const found = typeof choice === 'string' ? `'${choice.slice(0, 40)}'` : 'a named tool'
  throw unsupported('tool_choice', `tool_choice is ${found}, and this agent cannot be made to call a tool. Send 'auto' or 'none'.`)
}

function checkOthers(sent: Readonly<Record<string, unknown>>): readonly string[] {
  const others = Object.entries(sent).filter(([name, value]) => !honoured.has(name) && value !== null && value !== undefined)
  for (const [name, value] of others) {
    const reason = refused[name] ?? reasonByValue(name, value)
    if (reason !== undefined && value !== false) throw unsupported(name, reason)
  }
  return others.map(([name]) => name).filter((name) => withoutEffect.has(name))
}

function reasonByValue(name: string, value: unknown): string | undefined {
  if (withoutEffect.has(name)) return undefined
  if (name === 'response_format')
    return Reflect.get(Object(value), 'type') === 'text' ? undefined : 'Only {"type": "text"} is served. Describe the form in the message.'
  if (name === 'modalities') return Array.isArray(value) && value.every((one) => one === 'text') ? undefined : 'Answers are text.'
  return `Unrecognized request argument supplied: ${name.slice(0, 80)}.`
}

const unsupported = (param: string, message: string): OpenAiFault => new OpenAiFault(400, 'unsupported_parameter', { message, param })

/** One sentence for all that is wrong, the first field as `param`. */
export function invalid(error: z.ZodError): OpenAiFault {
  const issues = error.issues.slice(0, 5).map(({ path, message }) => ({ path: path.join('.'), message }))
  const words = issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ')
  return new OpenAiFault(400, 'invalid_value', { message: `The request cannot be used. ${words}`, param: issues[0]?.path ?? null })
}
