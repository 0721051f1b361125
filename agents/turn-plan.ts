/** The plan of a running turn: kept with the first answer of the turn, so that it survives pauses and restarts. */
import { AIMessage, type BaseMessage, HumanMessage, ToolMessage } from '@langchain/core/messages'
import { z } from 'zod'
import type { Plan, Turn } from './planner/contract.ts'
import type { StepResult } from './planner/references.ts'

const call = z.object({ tool: z.string(), arguments: z.record(z.string(), z.unknown()), condition: z.string().optional() })
const planMetadata = z.object({ millrace: z.object({ plan: z.array(call) }) })
const artifact = z.object({
  content: z.string(),
  // Nothing, once it was kept as JSON: then it is absent, and the label beside it must not be lost.
  data: z.unknown().optional(),
  untrusted: z.boolean().default(false),
  run: z.string().optional(),
  /** No call of the catalogue: the turn's own, or the client's. */
  aside: z.boolean().optional(),
  /** Fields that the call made and nobody outside chose. */
  made: z.record(z.string(), z.unknown()).optional(),
})

export type KeptCall = z.infer<typeof call>
/** What a tool's message keeps beside its words. */
export type ToolArtifact = z.infer<typeof artifact>

export interface FinishedStep extends StepResult {
  readonly ok: boolean
  readonly content: string
}

/** Messages after the person's last one. */
export function currentTurn(messages: readonly BaseMessage[]): readonly BaseMessage[] {
  return messages.slice(messages.findLastIndex((message) => HumanMessage.isInstance(message)) + 1)
}

export function lastMessage(messages: readonly BaseMessage[]): string {
  return messages.findLast((message) => HumanMessage.isInstance(message))?.text ?? ''
}

/** The conversation before the person's last message, without what tools said: that is data. */
export function earlierTurns(messages: readonly BaseMessage[]): readonly Turn[] {
  const before = messages.slice(
    0,
    Math.max(
      0,
      messages.findLastIndex((message) => HumanMessage.isInstance(message)),
    ),
  )
  return before.flatMap((message): readonly Turn[] => {
    if (HumanMessage.isInstance(message)) return [{ role: 'user', text: message.text }]
    return AIMessage.isInstance(message) && message.text !== '' ? [{ role: 'assistant', text: message.text }] : []
  })
}

export const keepPlan = (plan: Plan): Record<string, unknown> => ({ millrace: { plan: plan.calls } })

/** The calls that the offline planner planned with this answer; undefined for an answer that plans nothing. */
export const keptPlanIn = (message: AIMessage): readonly KeptCall[] | undefined => plannedIn(message.response_metadata)

export const plannedIn = (metadata: unknown): readonly KeptCall[] | undefined => planMetadata.safeParse(metadata).data?.millrace.plan

const beforeMetadata = z.object({ millrace: z.object({ before: z.literal(true) }) })

/** Marks what a client says was said before: words of others in it are the client's, not ours. */
export const markBefore = { millrace: { before: true } }
export const isBefore = (message: BaseMessage): boolean => beforeMetadata.safeParse(message.response_metadata).success

/** Whether the offline planner began this turn. */
export const isPlanned = (message: AIMessage): boolean => keptPlanIn(message) !== undefined

/** The calls planned at the start of the turn; undefined before the first answer. */
export function keptPlan(turn: readonly BaseMessage[]): readonly KeptCall[] | undefined {
  const first = turn.find((message) => AIMessage.isInstance(message))
  if (!first) return undefined
  return keptPlanIn(first) ?? []
}

export function finishedSteps(turn: readonly BaseMessage[]): readonly FinishedStep[] {
  return turn.filter((message) => ToolMessage.isInstance(message)).map(stepOf)
}

function stepOf(message: ToolMessage): FinishedStep {
  const kept = artifactOf(message)
  return { tool: message.name ?? '', ok: message.status !== 'error', content: kept?.content ?? message.text, data: kept?.data }
}

export const artifactOf = (message: ToolMessage): ToolArtifact | undefined => artifact.safeParse(message.artifact).data
