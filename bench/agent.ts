/**
 * What the orchestrator costs: one chat turn (two model answers, one tool call) against LangChain's bare `createAgent` with
 * the same model, tools, checkpoints, durability and database, whose tool does the same call through `invoke`.
 */
import { Worker } from 'node:worker_threads'
import { HumanMessage } from '@langchain/core/messages'
import { DynamicStructuredTool } from '@langchain/core/tools'
import { ChatOpenAI } from '@langchain/openai'
import { createAgent } from 'langchain'
import type { Checkpoints } from '../agents/checkpoints.ts'
import { openCheckpoints } from '../agents/checkpoints.ts'
import { createOrchestrator } from '../agents/orchestrator.ts'
import { plannerTools } from '../agents/tools.ts'
import { type Ground, inTemporaryFolder, openGround } from './ground.ts'
import { rounded, summary } from './latency.ts'

const rounds = 20
const turns = 8
const warmUp = 40

type Turn = (thread: string) => Promise<void>

export async function benchAgent(): Promise<Readonly<Record<string, unknown>>> {
  return inTemporaryFolder(async (folder) => {
    const ground = await openGround({ folder })
    const model = await startModel()
    try {
      const checkpoints = await openCheckpoints(ground.millrace.platform.db)
      const contestants: Readonly<Record<string, Turn>> = {
        bare: bareAgent(ground, model.url, { checkpointer: checkpoints, durability: 'sync' }),
        'bare, written later': bareAgent(ground, model.url, { checkpointer: checkpoints, durability: 'async' }),
        millrace: await ourAgent(ground, model.url, checkpoints),
        tool: ourToolCall(ground),
        'bare, nothing kept': bareAgent(ground, model.url, {}),
      }
      const times = await measure(contestants)
      return report(times)
    } finally {
      await model.close()
      await ground.close()
    }
  })
}

function report(times: ReadonlyMap<string, readonly number[]>): Readonly<Record<string, unknown>> {
  const of = (name: string) => summary(times.get(name) ?? [])
  const [bare, later, unkept] = [of('bare'), of('bare, written later'), of('bare, nothing kept')]
  const [ours, tool] = [of('millrace'), of('tool')]
  const ratio = rounded(ours.p50_ms / bare.p50_ms)
  return {
    bare,
    millrace: ours,
    tool_call: tool,
    bare_written_later: later,
    bare_without_checkpoints: unkept,
    ratio: { p50: ratio, p95: rounded(ours.p95_ms / bare.p95_ms) },
    ratio_to_written_later: { p50: rounded(ours.p50_ms / later.p50_ms), p95: rounded(ours.p95_ms / later.p95_ms) },
    above_tool_call_ms: { bare: rounded(bare.p50_ms - tool.p50_ms), millrace: rounded(ours.p50_ms - tool.p50_ms) },
    bar: 'p50 ratio at most 1.15',
    passed: ratio <= 1.15,
  }
}

/** Answers on a thread of its own, so that its work is not ours: a call first, words when the result is there. */
async function startModel(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const worker = new Worker(new URL('./agent.worker.ts', import.meta.url))
  const url = await new Promise<string>((resolve, reject) => {
    worker.once('message', (message: unknown) => resolve(String(message)))
    worker.once('error', reject)
  })
  return { url, close: async () => void (await worker.terminate()) }
}

interface Keeping {
  readonly checkpointer?: Checkpoints
  /** 'sync': a step is written before the next begins, as our turns are, so that a kill repeats no call; LangChain's default is 'async'. */
  readonly durability?: 'sync' | 'async'
}

function bareAgent({ millrace, owner }: Ground, url: string, { checkpointer, ...keeping }: Keeping): Turn {
  const caller = { ...owner, kind: 'agent', channel: 'chat' } as const
  const tools = plannerTools(millrace.catalogue).map(
    ({ name, description, input }) =>
      new DynamicStructuredTool({
        name,
        description,
        schema: { ...input },
        func: async (given) => {
          const outcome = await millrace.invoke({ tool: name, input: given, caller })
          return outcome.kind === 'done' ? `${outcome.content}\n\n${JSON.stringify(outcome.data)}` : outcome.kind
        },
      }),
  )
  const model = new ChatOpenAI({ model: 'bench', apiKey: 'none', useResponsesApi: false, configuration: { baseURL: url } })
  const agent = createAgent({ model, tools, ...(checkpointer ? { checkpointer } : {}) })
  return async (thread) => {
    const configurable = { thread_id: thread }
    let said = ''
    const stream = await agent.stream({ messages: [new HumanMessage(question)] }, { configurable, streamMode: 'messages', ...keeping })
    for await (const [message] of stream) said += message.text
    if (!said.endsWith('There are none.')) throw new Error(`The bare agent said '${said.slice(-80)}'.`)
  }
}

const question = 'Which datasets are there?'

async function ourAgent({ millrace, owner }: Ground, url: string, checkpoints: Checkpoints): Promise<Turn> {
  const orchestrator = await createOrchestrator({ waist: millrace, model: { name: 'bench', openaiBaseUrl: url }, checkpoints })
  return async (thread) => {
    let [last, results] = ['', 0]
    for await (const event of orchestrator.chat({ thread, message: question, caller: owner, signal: AbortSignal.timeout(60_000) })) {
      last = event.type
      if (event.type === 'result') results++
    }
    if (last !== 'finished' || results !== 1) throw new Error(`Our agent ended with '${last}' after ${results} results.`)
  }
}

function ourToolCall({ millrace, owner }: Ground): Turn {
  const caller = { ...owner, kind: 'agent', channel: 'chat' } as const
  return async () => {
    await millrace.invoke({ tool: 'list_datasets', input: {}, caller })
  }
}

/** In short blocks, alternating: whatever the machine does meanwhile befalls all alike. */
async function measure(contestants: Readonly<Record<string, Turn>>): Promise<ReadonlyMap<string, readonly number[]>> {
  const times = new Map<string, number[]>(Object.keys(contestants).map((name) => [name, []]))
  for (let round = -1; round < rounds; round++) {
    for (const [name, turn] of Object.entries(contestants)) {
      for (let at = 0; at < (round < 0 ? warmUp : turns); at++) {
        const started = performance.now()
        await turn(`${name}-${round}-${at}`)
        if (round >= 0) times.get(name)?.push(performance.now() - started)
      }
    }
  }
  return times
}
