/**
 * A JSON API of a hosted or self-hosted model: so many requests at once, retried with growing, jittered waits or as long as
 * the server asks, within one deadline. Keys travel in headers only and never appear in errors.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Egress, EgressResponse } from '../../platform/egress/egress.ts'
import { Fault } from '../../platform/fault.ts'

export interface HostedOptions {
  readonly egress: Egress
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** For error sentences: "The embedder 'openai:x'". */
  readonly title: string
  /** The variable to look at when the key is refused. */
  readonly keyVariable: string
  /** Requests under way at the same time. Default 4. */
  readonly atOnce?: number
  /** Tries of one request. Default 5. */
  readonly tries?: number
  /** The first wait between tries; each further one is twice as long. Default 500. */
  readonly firstWaitMs?: number
  /** One try. Default 60,000. */
  readonly timeoutMs?: number
  /** All tries of one request and the waits between them. Default 180,000; 20,000 while somebody waits for a search. */
  readonly deadlineMs?: number
  /** Uniform in [0, 1); for the jitter. */
  readonly random?: () => number
}

export interface Hosted {
  readonly title: string
  /** The parsed answer of a POST. Throws `unavailable`, `not_allowed` (the key is refused), `invalid_input` (other 4xx). */
  post(body: unknown, call: HostedCall): Promise<unknown>
}

export interface HostedCall {
  readonly signal: AbortSignal
  /** Somebody waits for a search: goes first and gives up sooner. */
  readonly urgent: boolean
}

/** Between two tries, by our own choice. */
const longestWaitMs = 20_000
const urgentDeadlineMs = 20_000
/** Vectors as text: 2,048 texts of 3,072 numbers come to some 130 MB; batches here are far smaller. */
const mostBytes = 64 * 2 ** 20
const temporary = (status: number): boolean => status >= 500 || [408, 409, 425, 429].includes(status)

export function openHosted(options: HostedOptions): Hosted {
  const { title, atOnce = 4 } = options
  const turns = createTurns(atOnce)
  return {
    title,
    post: async (body, call) => {
      const leave = await turns(call)
      try {
        return await postWithRetries(options, JSON.stringify(body), call)
      } finally {
        leave()
      }
    },
  }
}

async function postWithRetries(options: HostedOptions, body: string, { signal, urgent }: HostedCall): Promise<unknown> {
  const { title, tries = 5, deadlineMs = 180_000 } = options
  const end = Date.now() + (urgent ? Math.min(deadlineMs, urgentDeadlineMs) : deadlineMs)
  for (let attempt = 1; ; attempt++) {
    const { answer, failure, waitMs } = await tryOnce(options, { body, signal, attempt, end })
    if (answer) return parseJson(answer, title)
    if (attempt >= tries || Date.now() + waitMs > end) {
      const asked = waitMs > longestWaitMs ? ` and asks to wait ${Math.ceil(waitMs / 1000)} s` : ''
      throw new Fault('unavailable', `${title} ${failure}${asked} after ${attempt} ${attempt === 1 ? 'try' : 'tries'}. Try again later.`)
    }
    await sleep(waitMs, undefined, { signal }).catch(() => signal.throwIfAborted())
  }
}

interface Tried {
  readonly answer?: EgressResponse
  /** What happened, when it is worth another try. */
  readonly failure: string
  readonly waitMs: number
}

async function tryOnce(
  options: HostedOptions,
  { body, signal, attempt, end }: { readonly body: string; readonly signal: AbortSignal; readonly attempt: number; readonly end: number },
): Promise<Tried> {
  const { egress, url, headers, title, timeoutMs = 60_000, firstWaitMs = 500, random = Math.random } = options
  const ownWait = Math.min(longestWaitMs, firstWaitMs * 2 ** (attempt - 1)) * (0.5 + random() / 2)
  try {
    const answer = await egress.request({
      url,
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
      body,
      signal,
      timeoutMs: Math.max(1, Math.min(timeoutMs, end - Date.now())),
      maxBytes: mostBytes,
      origin: 'configured',
    })
    if (answer.status >= 200 && answer.status < 300) return { answer, failure: '', waitMs: 0 }
    if (!temporary(answer.status)) throw refusal(answer, options)
    return { failure: `answers ${answer.status}`, waitMs: statedWait(answer.headers) ?? ownWait }
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof Fault && error.code === 'deadline') return { failure: 'does not answer in time', waitMs: ownWait }
    if (error instanceof Fault && error.code === 'unavailable') return { failure: `cannot be reached (${error.message})`, waitMs: ownWait }
    if (error instanceof Fault) throw error
    throw new Fault('unavailable', `${title} cannot be reached.`, { cause: error })
  }
}

/** `retry-after-ms` (OpenAI), or `retry-after` as seconds or as a date. */
function statedWait(headers: Readonly<Record<string, string>>): number | undefined {
  const milliseconds = Number(headers['retry-after-ms'] || Number.NaN)
  if (milliseconds >= 0) return milliseconds
  const stated = headers['retry-after']
  if (!stated) return undefined
  const seconds = Number(stated)
  const wait = Number.isNaN(seconds) ? Date.parse(stated) - Date.now() : seconds * 1000
  return Number.isNaN(wait) ? undefined : Math.max(0, wait)
}

function refusal({ status, body }: EgressResponse, { title, keyVariable, url, headers }: HostedOptions): Fault {
  if (status === 401 || status === 403) {
    return new Fault('not_allowed', `${title} refuses the key (status ${status}). Check ${keyVariable}.`)
  }
  if (status === 404) {
    return new Fault('unavailable', `${title} is not known at ${new URL(url).host} (status 404). Check the model's name and the base URL.`)
  }
  const words = withoutSecrets(Buffer.from(body).toString('utf8').slice(0, 300), headers).replaceAll(/\s+/g, ' ')
  return new Fault('invalid_input', `${title} refuses the request (status ${status}): ${words}`)
}

/** A server may repeat what it was sent. */
function withoutSecrets(words: string, headers: Readonly<Record<string, string>>): string {
  return Object.values(headers)
    .map((value) => value.replace(/^Bearer /, ''))
    .filter((secret) => secret.length >= 4)
    .reduce((text, secret) => text.replaceAll(secret, '[secret]'), words)
}

function parseJson({ body }: EgressResponse, title: string): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'))
  } catch {
    throw new Fault('unavailable', `${title} answers with something that is not JSON. Check the base URL.`)
  }
}

/** First come, first served, the urgent before all; whoever gives up leaves the line. */
function createTurns(atOnce: number): (call: HostedCall) => Promise<() => void> {
  let free = atOnce
  const line: (() => void)[] = []
  const leave = (): void => {
    const next = line.shift()
    if (next) next()
    else free += 1
  }
  return async ({ signal, urgent }) => {
    signal.throwIfAborted()
    if (free > 0) {
      free -= 1
      return leave
    }
    const turn = Promise.withResolvers<void>()
    const abort = (): void => {
      const at = line.indexOf(turn.resolve)
      if (at >= 0) line.splice(at, 1)
      turn.reject(signal.reason)
    }
    if (urgent) line.unshift(turn.resolve)
    else line.push(turn.resolve)
    signal.addEventListener('abort', abort, { once: true })
    try {
      await turn.promise
    } finally {
      signal.removeEventListener('abort', abort)
    }
    return leave
  }
}
