/** The offline planner as a LangChain chat model: the first answer of a turn plans, later ones take the next step or report. */
import type { CallbackManagerForLLMRun } from '@langchain/core/callbacks/manager'
import { BaseChatModel } from '@langchain/core/language_models/chat_models'
import { AIMessage, AIMessageChunk, type BaseMessage } from '@langchain/core/messages'
import { ChatGenerationChunk, type ChatResult } from '@langchain/core/outputs'
import { holds } from './planner/conditions.ts'
import type { Plan, PlannerTool, World } from './planner/contract.ts'
import { plan } from './planner/plan.ts'
import { resolveReferences } from './planner/references.ts'
import { knowledge } from './planner/speak.ts'
import { currentTurn, earlierTurns, type FinishedStep, finishedSteps, type KeptCall, keepPlan, keptPlan, lastMessage } from './turn-plan.ts'

export interface OfflineParts {
  readonly catalogue: readonly PlannerTool[]
  readonly world: () => Promise<World>
  readonly newId: (prefix: string) => string
}

interface Reply {
  readonly text: string
  readonly call?: { readonly tool: string; readonly input: Readonly<Record<string, unknown>> }
  readonly metadata: Readonly<Record<string, unknown>>
}

const longestContent = 4000

/** Planning holds the event loop, the longer the text the longer: what was pasted is not planned. */
const longestMessage = 6000
/** What "the second one" or "and for March?" can refer to lies a few turns back. */
const turnsRemembered = 6
const longestMemory = 600

const tooMuch = (message: string): string =>
  `Your message has ${message.length} characters, and without a hosted model I read ${longestMessage}. Put long text into a document collection and ask about it, or ask for less at once.`

export class OfflineModel extends BaseChatModel {
  readonly #parts: OfflineParts

  constructor(parts: OfflineParts) {
    super({})
    this.#parts = parts
  }

  override _llmType(): string {
    return 'millrace-offline-planner'
  }

  /** The catalogue is known already. */
  override bindTools(): this {
    return this
  }

  override async _generate(messages: BaseMessage[]): Promise<ChatResult> {
    const { text, call, metadata } = await this.#reply(messages)
    const calls = call ? [{ id: this.#parts.newId('call'), name: call.tool, args: { ...call.input }, type: 'tool_call' } as const] : []
    return { generations: [{ text, message: new AIMessage({ content: text, tool_calls: calls, response_metadata: { ...metadata } }) }] }
  }

  override async *_streamResponseChunks(
    messages: BaseMessage[],
    _options: this['ParsedCallOptions'],
    runManager?: CallbackManagerForLLMRun,
  ): AsyncGenerator<ChatGenerationChunk> {
    const reply = await this.#reply(messages)
    for (const message of chunksOf(reply, this.#parts.newId)) {
      const chunk = new ChatGenerationChunk({ text: message.text, message })
      yield chunk
      await runManager?.handleLLMNewToken(message.text, undefined, undefined, undefined, undefined, { chunk })
    }
  }

  async #reply(messages: readonly BaseMessage[]): Promise<Reply> {
    const turn = currentTurn(messages)
    const kept = keptPlan(turn)
    if (kept) return nextStep(kept, finishedSteps(turn))
    const { catalogue } = this.#parts
    const world = await this.#parts.world()
    const message = lastMessage(messages)
    if (message.length > longestMessage) return { text: tooMuch(message), metadata: silent({ type: 'answer' }) }
    const history = earlierTurns(messages)
      .slice(-turnsRemembered)
      .map(({ role, text }) => ({ role, text: text.slice(0, longestMemory) }))
    const planned = plan({ message, history, catalogue, world })
    const made = askDocuments(planned, { message, catalogue, world }) ?? planned
    return made.calls.length > 0 ? { ...nextStep(made.calls, []), metadata: keepPlan(made) } : { text: made.text, metadata: silent(made) }
  }
}

/**
 * A general question may be one the workspace's documents answer. The tool that reads them abstains when they do not,
 * so asking does no harm; without documents the planner's own words stand.
 */
function askDocuments(
  { type, text }: Plan,
  { message, catalogue, world }: { readonly message: string; readonly catalogue: readonly PlannerTool[]; readonly world: World },
): Plan | undefined {
  if (type !== 'answer' || text !== knowledge || world.collections.length === 0) return undefined
  const reader = catalogue.find(({ effect, input }) => effect === 'read' && JSON.stringify(input.required) === '["question"]')
  if (!reader) return undefined
  return { type: 'call', text: '', calls: [{ tool: reader.name, arguments: { question: message }, spans: {} }] }
}

const silent = ({ type, missing }: Pick<Plan, 'type' | 'missing'>): Reply['metadata'] => ({
  millrace: { plan: [], type, ...(missing ? { missing } : {}) },
})

function nextStep(calls: readonly Pick<KeptCall, 'tool' | 'arguments' | 'condition'>[], done: readonly FinishedStep[]): Reply {
  const call = calls[done.length]
  const last = done.at(-1)
  if (!call || last?.ok === false)
    return report(done, last?.ok === false && call ? `I stopped there and did not go on to ${call.tool}.` : '')
  if (call.condition !== undefined) {
    const met = holds(call.condition, done)
    if (met === undefined)
      return report(done, `The result does not say whether ${call.condition}, so I left out ${call.tool}. Ask for it if it should run.`)
    if (!met) return report(done, `Not the case: ${call.condition}. So ${call.tool} was not needed and did not run.`)
  }
  const { input, missing } = resolveReferences(call.arguments, done)
  if (missing.length > 0)
    return report(done, `${call.tool} needs ${missing.join(', ')} from an earlier result, and none has it. Tell me the value.`)
  return { text: '', call: { tool: call.tool, input }, metadata: {} }
}

/** The tools' own sentences, in order. */
function report(done: readonly FinishedStep[], note: string): Reply {
  const said = done.map(({ content }) => (content.length > longestContent ? `${content.slice(0, longestContent)}…` : content))
  return { text: [...said, note].filter((line) => line !== '').join('\n\n'), metadata: {} }
}

/** A few words at a time; a call's arguments in pieces, as a hosted model sends them. */
function* chunksOf({ text, call, metadata }: Reply, newId: OfflineParts['newId']): Iterable<AIMessageChunk> {
  const id = newId('message')
  yield new AIMessageChunk({ id, content: '', response_metadata: { ...metadata } })
  for (const piece of text.match(/(?:\S+\s*){1,6}|\s+/gu) ?? []) yield new AIMessageChunk({ id, content: piece })
  if (!call) return
  const callId = newId('call')
  const json = JSON.stringify(call.input)
  yield new AIMessageChunk({
    id,
    content: '',
    tool_call_chunks: [{ index: 0, id: callId, name: call.tool, args: '', type: 'tool_call_chunk' }],
  })
  for (const piece of json.match(/.{1,48}/gsu) ?? []) {
    yield new AIMessageChunk({ id, content: '', tool_call_chunks: [{ index: 0, args: piece, type: 'tool_call_chunk' }] })
  }
}
