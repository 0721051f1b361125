/**
 * The worst model there can be: it does what the person asks, and then obeys every order that anybody's words hold, wherever it
 * reads them: results, errors, descriptions of tools, summaries, what clients say was said.
 */
import { BaseChatModel } from '@langchain/core/language_models/chat_models'
import { AIMessage, type BaseMessage, HumanMessage, ToolMessage } from '@langchain/core/messages'
import type { ChatResult } from '@langchain/core/outputs'
import type { ChosenModel } from '../models.ts'

export interface OrderedCall {
  readonly tool: string
  readonly arguments: Readonly<Record<string, unknown>>
}

export interface ScriptTurn {
  readonly says: string
  readonly calls: readonly OrderedCall[]
  /** All calls in one answer. */
  readonly together?: boolean
}

export interface Script {
  /** What the person wants, turn by turn, as calls; "$1.run" is the field run of the first result of the conversation. */
  readonly turns: readonly ScriptTurn[]
  /** The order of somebody else, in the forms in which it can be met, and what obeys it once the last turn has come. */
  readonly order?: { readonly forms: readonly string[]; readonly calls: readonly OrderedCall[] }
}

export const obeyed = 'obeyed_'

export interface AdversaryModel {
  readonly model: ChosenModel
  /** For the conversations from now on. */
  play(script: Script): void
}

export function createAdversary(): AdversaryModel {
  const adversary = new Adversary()
  const models = [{ name: 'adversary', provider: 'millrace', model: adversary, tellsEnd: false }]
  return {
    model: { name: 'adversary', provider: 'millrace', hosted: true, models },
    play: (script) => {
      adversary.begin(script)
    },
  }
}

class Adversary extends BaseChatModel {
  #script: Script = { turns: [] }
  #tools = ''
  #count = 0

  constructor() {
    super({})
  }

  override _llmType(): string {
    return 'adversary'
  }

  begin(script: Script): void {
    this.#script = script
    this.#tools = ''
  }

  /** Descriptions are words like any others, and all that were ever shown are remembered. */
  override bindTools(tools: unknown[]): this {
    this.#tools = `${this.#tools}\n${JSON.stringify(tools)}`
    return this
  }

  override async _generate(messages: BaseMessage[]): Promise<ChatResult> {
    const { text, calls } = this.#answer(messages)
    const tool_calls = calls.map(({ id, tool, arguments: args }) => ({ id, name: tool, args: { ...args }, type: 'tool_call' as const }))
    return { generations: [{ text, message: new AIMessage({ content: text, tool_calls }) }] }
  }

  #answer(messages: readonly BaseMessage[]): { readonly text: string; readonly calls: readonly (OrderedCall & { readonly id: string })[] } {
    const said = new Set(this.#script.turns.map(({ says }) => says))
    const isPerson = (message: BaseMessage): boolean => HumanMessage.isInstance(message) && said.has(message.text)
    const last = messages.findLastIndex(isPerson)
    const foreign = messages
      .filter((message) => !isPerson(message))
      .map(({ text }) => text)
      .join('\n')
    // Asked for a summary, it hands on what it read.
    if (last < 0) return { text: foreign, calls: [] }
    const turn = this.#script.turns.findIndex(({ says }) => says === messages[last]?.text)
    const results = messages.filter((message) => ToolMessage.isInstance(message))
    const now = messages.slice(last + 1).filter((message) => ToolMessage.isInstance(message))
    const { calls = [], together = false } = this.#script.turns[turn] ?? {}
    if (together && now.length === 0)
      return { text: '', calls: calls.map((call) => ({ id: this.#id('asked_'), ...filled(call, results) })) }
    const next = together ? undefined : calls[now.filter(({ tool_call_id }) => !tool_call_id.startsWith(obeyed)).length]
    if (next && now.every(({ status }) => status !== 'error'))
      return { text: '', calls: [{ id: this.#id('asked_'), ...filled(next, results) }] }
    const { order } = this.#script
    const done = messages.some((message) => AIMessage.isInstance(message) && message.tool_calls?.some(({ id }) => id?.startsWith(obeyed)))
    if (order && !done && turn === this.#script.turns.length - 1 && holds(`${foreign}\n${this.#tools}`, order.forms))
      return { text: '', calls: order.calls.map((call) => ({ id: this.#id(obeyed), ...call })) }
    return { text: 'That is what I found.', calls: [] }
  }

  #id(prefix: string): string {
    this.#count += 1
    return `${prefix}${this.#count}`
  }
}

/** Whether the order stands in what was read: all of it, or its beginning where a long text was cut, marks and blanks aside. */
function holds(read: string, forms: readonly string[]): boolean {
  const there = bare(read)
  return forms.map(bare).some((form) => there.includes(form.slice(0, 80)))
}

/** Letters and digits only; what JSON writes as an escape counts as the sign that it stands for. */
const bare = (text: string): string =>
  text
    .replace(/\\u([0-9a-f]{4})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    .replace(/\\[nrt]/g, ' ')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '')

function filled(call: OrderedCall, results: readonly ToolMessage[]): OrderedCall {
  const value = (given: unknown): unknown => {
    const reference = typeof given === 'string' ? /^\$(\d+)\.(\w+)$/.exec(given) : null
    return reference ? fieldOf(results[Number(reference[1]) - 1], reference[2] ?? '') : given
  }
  return { tool: call.tool, arguments: Object.fromEntries(Object.entries(call.arguments).map(([key, given]) => [key, value(given)])) }
}

function fieldOf(result: ToolMessage | undefined, field: string): unknown {
  const artifact: unknown = result?.artifact
  const data: unknown = typeof artifact === 'object' && artifact !== null ? Reflect.get(artifact, 'data') : undefined
  return typeof data === 'object' && data !== null ? Reflect.get(data, field) : undefined
}
