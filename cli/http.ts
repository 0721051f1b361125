/** Requests to a Millrace server: JSON in and out, problems as the faults they were, streams of events. */
import { z } from 'zod'
import { Fault } from '../platform/fault.ts'
import { isFaultCode } from './run-outcome.ts'

export interface ServerAddress {
  /** For example http://127.0.0.1:7788. */
  readonly url: string
  /** Bearer token. */
  readonly token: string
  /** Of the terminal's owner: the workspace that is meant. Absent: the default one. */
  readonly workspace?: string | undefined
}

export interface ServerEvent {
  readonly event: string
  readonly data: unknown
}

interface Body<S extends z.ZodType> {
  readonly body: unknown
  readonly shape: S
  readonly signal?: AbortSignal
}

export interface Http {
  get<S extends z.ZodType>(path: string, shape: S): Promise<z.output<S>>
  post<S extends z.ZodType>(path: string, body: Body<S>): Promise<z.output<S>>
  remove(path: string): Promise<void>
  /** Server-Sent Events whose data is JSON; with `body`, of a POST. Ends when the server ends it. */
  events(path: string, options: { readonly signal: AbortSignal; readonly body?: unknown }): AsyncIterable<ServerEvent>
}

const problemShape = z.object({
  code: z.string().refine(isFaultCode),
  detail: z.string(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).default([]),
})

/** Every method throws a Fault: the server's own, or `unavailable` when it does not answer. */
export function openHttp({ url, token, workspace }: ServerAddress): Http {
  const send = async (path: string, init: RequestInit): Promise<Response> => {
    const meant = workspace === undefined ? {} : { 'millrace-workspace': workspace }
    const headers = {
      authorization: `Bearer ${token}`,
      ...meant,
      ...(init.body === undefined ? {} : { 'content-type': 'application/json' }),
    }
    const response = await fetch(new URL(path, url), { ...init, headers }).catch((error: unknown) => {
      if (init.signal?.aborted) throw new Fault('cancelled', 'The call was cancelled.')
      throw away(url, error)
    })
    if (!response.ok) throw await faultOf(response, url)
    return response
  }
  const read = async <S extends z.ZodType>(response: Response, shape: S): Promise<z.output<S>> => {
    const parsed = shape.safeParse(await response.json().catch(() => undefined))
    if (parsed.success) return parsed.data
    throw new Fault('unavailable', `${url} answered in a way this version does not know. Is another program or version listening there?`)
  }
  return {
    get: async (path, shape) => read(await send(path, {}), shape),
    post: async (path, { body, shape, signal }) =>
      read(await send(path, { method: 'POST', body: JSON.stringify(body), ...(signal ? { signal } : {}) }), shape),
    remove: async (path) => {
      await send(path, { method: 'DELETE' })
    },
    events: async function* (path, { signal, body }) {
      const response = await send(path, body === undefined ? { signal } : { method: 'POST', body: JSON.stringify(body), signal })
      try {
        yield* serverSentEvents(response)
      } catch (error) {
        if (signal.aborted) throw new Fault('cancelled', 'The call was cancelled.')
        if (error instanceof Fault) throw error
        throw away(url, error)
      }
    },
  }
}

const away = (url: string, cause: unknown): Fault =>
  new Fault('unavailable', `The Millrace server at ${url} does not answer. Start it with millrace serve, then try again.`, { cause })

async function faultOf(response: Response, url: string): Promise<Fault> {
  const problem = problemShape.safeParse(await response.json().catch(() => undefined))
  if (problem.success) return new Fault(problem.data.code, problem.data.detail, { errors: problem.data.errors })
  return new Fault('unavailable', `${url} answered ${response.status} without saying why. Is another program listening there?`)
}

/** WHATWG event streams, as far as JSON events use them. */
async function* serverSentEvents(response: Response): AsyncIterable<ServerEvent> {
  let rest = ''
  const decoder = new TextDecoder()
  for await (const chunk of response.body ?? []) {
    const blocks = `${rest}${decoder.decode(chunk, { stream: true })}`.split(/\r?\n\r?\n/)
    rest = blocks.pop() ?? ''
    for (const block of blocks) {
      const lines = block.split(/\r?\n/)
      const field = (name: string): readonly string[] =>
        lines.filter((line) => line.startsWith(`${name}:`)).map((line) => line.slice(name.length + 1).replace(/^ /, ''))
      const data = field('data').join('\n')
      if (data !== '') yield { event: field('event')[0] ?? 'message', data: JSON.parse(data) }
    }
  }
}
