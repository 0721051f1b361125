/** A person at a chat that is cut: speaks, reads what was said, approves what waits, and asks a cut conversation to go on. */
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { basePipeline, callOf } from './threads-model.ts'

export interface Client {
  /** What the conversations need to be there. */
  prepare(): Promise<void>
  /** Resolves or rejects when the answer's stream ends, however it ends. */
  say(thread: string, message: string): Promise<void>
  /** True once a stream of this conversation has begun: from then on it is the server's to finish. */
  acknowledged(thread: string): boolean
  /** The assistant's last words in a conversation; undefined when there are none. */
  lastWords(thread: string): Promise<string | undefined>
  /** Approves the call that this conversation waits for, if it waits already. */
  approve(thread: string): Promise<boolean>
  /** After an approval: lets the paused turn go on. */
  resume(thread: string): Promise<void>
  /** What a client does whose answer never came. */
  goOn(thread: string): Promise<void>
}

const messages = z.object({ messages: z.array(z.object({ role: z.string(), text: z.string() })) })
const approvals = z.object({ approvals: z.array(z.object({ id: z.string(), tool: z.string(), input: z.record(z.string(), z.unknown()) })) })

export function createClient(url: string, home: string): Client {
  const decided = new Map<string, string>()
  const begun = new Set<string>()

  /** The terminal's key is made anew at each start. */
  const send = async (path: string, body?: unknown): Promise<Response> => {
    const token = await readFile(join(home, 'terminal-token'), 'utf8')
    return fetch(`${url}${path}`, {
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(60_000),
    })
  }
  const run = async (thread: string, more: Readonly<Record<string, unknown>>): Promise<void> => {
    const input = { threadId: thread, runId: randomUUID(), messages: [], tools: [], context: [], state: {}, forwardedProps: {}, ...more }
    const response = await send('/agui', input)
    for await (const chunk of response.body ?? []) if (Buffer.from(chunk).includes('RUN_STARTED')) begun.add(thread)
  }
  const resume = async (thread: string): Promise<void> =>
    run(thread, { resume: [{ interruptId: decided.get(thread) ?? 'cut', status: 'resolved' }] })

  return {
    prepare: async () => {
      const steps = [{ id: 'look', tool: 'list_datasets', input: {} }]
      const response = await send('/api/tools/save_pipeline', { name: basePipeline, steps })
      if (!response.ok) throw new Error(`The pipeline could not be saved: ${await response.text()}`)
    },
    say: (thread, message) => run(thread, { messages: [{ id: randomUUID(), role: 'user', content: message }] }),
    acknowledged: (thread) => begun.has(thread),
    lastWords: async (thread) => {
      const response = await send(`/api/threads/${thread}/messages`)
      if (!response.ok) return undefined
      return messages.parse(await response.json()).messages.findLast(({ role, text }) => role === 'assistant' && text !== '')?.text
    },
    approve: async (thread) => {
      const { cron } = callOf(thread, 'approval').input
      const listed = approvals.parse(await (await send('/api/approvals?state=pending')).json())
      const waiting = listed.approvals.find(({ tool, input }) => tool === 'schedule_pipeline' && input.cron === cron)
      if (waiting === undefined) return false
      const response = await send(`/api/approvals/${waiting.id}`, { decision: 'approve' })
      decided.set(thread, waiting.id)
      return response.ok
    },
    resume,
    goOn: resume,
  }
}
