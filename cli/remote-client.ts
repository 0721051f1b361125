/** The tools of a running server, over its HTTP API, as the person at this terminal. */
import { z } from 'zod'
import { Fault } from '../platform/fault.ts'
import type { ToolDescription } from '../tools/description.ts'
import type { Outcome } from '../tools/invocation.ts'
import { type Http, openHttp, type ServerAddress } from './http.ts'
import { outcomeOfRun } from './run-outcome.ts'
import type { ClientCall, PendingApproval, ToolClient } from './tool-client.ts'

const schema = z.record(z.string(), z.unknown())
const descriptionShape: z.ZodType<ToolDescription> = z.object({
  name: z.string(),
  title: z.string(),
  description: z.string(),
  effect: z.string(),
  role: z.string(),
  durable: z.boolean(),
  input: schema,
  output: schema,
  examples: z.array(z.object({ says: z.string(), input: z.unknown() })),
})

const approvalShape = z
  .object({
    id: z.string(),
    run: z.string(),
    tool: z.string(),
    input: z.unknown(),
    reason: z.string(),
    origins: z.unknown(),
    askedBy: z.object({ name: z.string() }),
    createdAt: z.string(),
  })
  .transform(({ askedBy, ...approval }): PendingApproval => ({ ...approval, askedBy: askedBy.name }))

const answerShape = z.union([
  z.object({ content: z.string(), data: z.unknown(), run: z.string().optional() }),
  z.object({ approval: z.string(), run: z.string() }),
  z.object({ run: z.string() }),
])

const runShape = z.object({
  id: z.string(),
  tool: z.string(),
  state: z.string(),
  result: z.unknown(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  approval: z.string().nullable(),
  progress: z.object({ fraction: z.number().optional(), message: z.string() }).nullish(),
  endedAt: z.string().nullish(),
})

export function remoteClient(address: ServerAddress): ToolClient {
  const http = openHttp(address)
  const tool = (name: string): Promise<ToolDescription> => http.get(`/api/tools/${encodeURIComponent(name)}`, descriptionShape)
  return {
    remote: true,
    decideAt: `${address.url}, or a terminal with millrace approvals`,
    tool,
    catalogue: async () => (await http.get('/api/tools', z.object({ tools: z.array(descriptionShape) }))).tools,
    call: async (call) => {
      // A durable run is started and then watched, so that its progress shows and no wait runs out.
      const { durable } = await tool(call.tool)
      const path = `/api/tools/${encodeURIComponent(call.tool)}?wait=${durable ? 0 : 60}`
      const answer = await http.post(path, { body: call.input, signal: call.signal, shape: answerShape })
      return settle(http, answer, call)
    },
    pending: async () => (await http.get('/api/approvals?state=pending', z.object({ approvals: z.array(approvalShape) }))).approvals,
    approval: (id) => http.get(`/api/approvals/${encodeURIComponent(id)}`, approvalShape),
    decide: async (id, decision) => {
      await http.post(`/api/approvals/${encodeURIComponent(id)}`, { body: { decision }, shape: z.unknown() })
    },
    follow: (run, options) => follow(http, run, options),
  }
}

async function settle(http: Http, answer: z.output<typeof answerShape>, call: ClientCall): Promise<Outcome> {
  if ('content' in answer) {
    const { content, data, run } = answer
    return { kind: 'done', content, data, untrusted: false, ...(run === undefined ? {} : { run }) }
  }
  if ('approval' in answer) return { kind: 'waiting', ...answer }
  return follow(http, answer.run, call)
}

/** Watches the run to its end; an interrupted watch cancels it. */
async function follow(http: Http, run: string, options: Pick<ClientCall, 'signal' | 'onProgress'>): Promise<Outcome> {
  const path = `/api/runs/${encodeURIComponent(run)}`
  try {
    while (true) {
      const outcome = await watch(http, path, options)
      if (outcome) return outcome
      // The server said goodbye in the middle; it may be restarting.
      await new Promise((resolve) => setTimeout(resolve, 500))
    }
  } catch (error) {
    if (!options.signal.aborted) throw error
    await http.post(`${path}/cancel`, { body: {}, shape: z.unknown() }).catch(() => undefined)
    throw new Fault('cancelled', `Run ${run} was cancelled.`)
  }
}

async function watch(
  http: Http,
  path: string,
  { signal, onProgress }: Pick<ClientCall, 'signal' | 'onProgress'>,
): Promise<Outcome | undefined> {
  for await (const { event, data } of http.events(`${path}/events`, { signal })) {
    if (event !== 'run') continue
    const { progress, ...record } = runShape.parse(data)
    if (progress) onProgress?.({ message: progress.message, ...(progress.fraction === undefined ? {} : { fraction: progress.fraction }) })
    const outcome = outcomeOfRun(record)
    if (outcome.kind !== 'running') return outcome
  }
  return undefined
}
