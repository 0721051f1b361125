/** Calls of a careful client: repeated under the same key until the server answers, through all kills. */
import { z } from 'zod'

export interface IngestClient {
  /** Once; null when the connection broke. */
  call<S extends z.ZodType>(tool: string, input: unknown, data: S): Promise<Answer<S> | null>
  /** Until it is answered. */
  insist<S extends z.ZodType>(tool: string, input: unknown, data: S): Promise<Answer<S>>
  /** Accepts the run once, however often it takes; its id. */
  begin(tool: string, input: unknown, key: string): Promise<string>
  /** Null when the connection broke. */
  run(id: string): Promise<RunState | null>
}

export interface Answer<S extends z.ZodType> {
  readonly status: number
  /** Undefined unless the status is 200. */
  readonly data: z.output<S> | undefined
}

const done = z.object({ data: z.unknown() })
const accepted = z.object({ run: z.string() })
const runState = z.object({ state: z.string(), result: z.unknown().optional(), error: z.unknown().optional() })
export type RunState = z.output<typeof runState>

const patienceMs = 180_000
const pauseMs = 100

export function createIngestClient(url: string): IngestClient {
  const once = async (path: string, init: RequestInit): Promise<{ readonly status: number; readonly json: unknown } | null> => {
    try {
      const response = await fetch(`${url}${path}`, { ...init, signal: AbortSignal.timeout(30_000) })
      const json: unknown = await response.json()
      return response.status === 503 ? null : { status: response.status, json }
    } catch {
      return null
    }
  }
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    once(path, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) })
  const until = async <T>(attempt: () => Promise<T | null>): Promise<T> => {
    const deadline = performance.now() + patienceMs
    for (;;) {
      const answer = await attempt()
      if (answer !== null) return answer
      if (performance.now() > deadline) throw new Error(`${url} gave no answer for ${patienceMs / 1000} s.`)
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
  }
  const call: IngestClient['call'] = async (tool, input, data) => {
    const answer = await post(`/api/tools/${tool}`, input)
    return answer && { status: answer.status, data: answer.status === 200 ? data.parse(done.parse(answer.json).data) : undefined }
  }
  return {
    call,
    insist: (tool, input, data) => until(() => call(tool, input, data)),
    begin: async (tool, input, key) => {
      const { json } = await until(() => post(`/api/tools/${tool}?wait=0`, input, { 'idempotency-key': key }))
      const parsed = accepted.safeParse(json)
      if (!parsed.success) throw new Error(`${tool} was refused: ${JSON.stringify(json)}`)
      return parsed.data.run
    },
    run: async (id) => {
      const answer = await once(`/api/runs/${id}`, {})
      return answer && runState.parse(answer.json)
    },
  }
}
