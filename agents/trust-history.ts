/** What of a conversation is the person's, what came from outside, and what its own calls made: read from its messages. */
import { type BaseMessage, HumanMessage, ToolMessage } from '@langchain/core/messages'
import type { Catalogue, Origin, Outcome } from '../tools/invocation.ts'
import type { PlannerTool } from './planner/contract.ts'
import type { Trusted } from './trust.ts'
import { artifactOf, isBefore } from './turn-plan.ts'

export interface Conversation {
  readonly messages: readonly BaseMessage[]
  /** What the model is shown, foreign tools among it. */
  readonly tools: readonly PlannerTool[]
  readonly catalogue: Catalogue
  /** Sources of what a summary of earlier messages rests on. */
  readonly summarised: readonly string[]
  /** The client shares a state that is not empty. */
  readonly shared: boolean
}

export function trustedOf({ messages, tools, catalogue, summarised, shared }: Conversation): Trusted {
  const results = messages.filter((message) => ToolMessage.isInstance(message))
  return {
    said: messages.filter((message) => HumanMessage.isInstance(message)).map((message) => message.text),
    taintedBy: [
      ...new Set([...sourcesIn(messages), ...summarised, ...(shared ? ['the shared state'] : []), ...foreignWords(tools, catalogue)]),
    ],
    made: results.map((message) => artifactOf(message)?.made ?? {}),
    catalogue: tools,
  }
}

/** What brought text from outside into these messages: results, errors that may quote it, and what a client says was said before. */
export function sourcesIn(messages: readonly BaseMessage[]): readonly string[] {
  const results = messages.filter((message) => ToolMessage.isInstance(message)).filter((message) => artifactOf(message)?.untrusted === true)
  return [...new Set([...results.map(({ name }) => `a result of ${name}`), ...(messages.some(isBefore) ? ["the client's history"] : [])])]
}

/** Servers whose descriptions stand before the model without the operator's word for them. */
function foreignWords(tools: readonly PlannerTool[], catalogue: Catalogue): readonly string[] {
  const shown = new Set(tools.map(({ name }) => name))
  const servers = catalogue
    .list()
    .flatMap(({ name, foreign }) => (foreign && !foreign.trustedWords && shown.has(name) ? [foreign.server] : []))
  return [...new Set(servers)].map((server) => `the tool descriptions of ${server}`)
}

/** What a call made that later calls may rest on: fields of its result that nobody outside chose. */
export function madeBy(
  tool: string,
  outcome: Extract<Outcome, { kind: 'done' }>,
  { catalogue, origins }: { readonly catalogue: Catalogue; readonly origins: Readonly<Record<string, Origin>> },
): Readonly<Record<string, unknown>> {
  const { effect, foreign, untrusted, minted } = catalogue.get(tool)
  const { data, run } = outcome
  if (foreign || Object.values(origins).some(({ trust }) => trust === 'untrusted')) return {}
  // What a read lists was chosen by whoever reads the list.
  const fields = effect === 'read' || typeof data !== 'object' || data === null ? [] : Object.entries(data)
  const kept = fields.filter(([field, value]) => typeof value !== 'object' && (!untrusted || minted.includes(field)))
  return { ...Object.fromEntries(kept), ...(run === undefined ? {} : { run }) }
}
