/**
 * Sixty tools crowd a model's context, so it works as one of four specialists at a time, each with the tools of its trade
 * and a way to hand the work on. Which tool is whose follows from the tool's own words, so a tool that joins finds its place.
 */
import { AIMessage, type BaseMessage, ToolMessage } from '@langchain/core/messages'
import { z } from 'zod'
import type { PlannerTool } from '../planner/contract.ts'
import { currentTurn, lastMessage } from '../turn-plan.ts'

export const handOff = 'hand_off'

const specialists = ['data', 'training', 'operations', 'documents'] as const
export type Specialist = (typeof specialists)[number]

/** What each works on: the nouns of its trade. */
const nouns: Readonly<Record<Specialist, readonly string[]>> = {
  data: ['data', 'dataset', 'column', 'row', 'table', 'sql', 'csv', 'parquet', 'expectation', 'split', 'feature', 'pii', 'quantile'],
  training: [
    'train',
    'training',
    'model',
    'run',
    'algorithm',
    'target',
    'metric',
    'fold',
    'seed',
    'experiment',
    'tune',
    'accuracy',
    'fairness',
  ],
  operations: [
    'deploy',
    'deployment',
    'live',
    'traffic',
    'canary',
    'production',
    'stage',
    'drift',
    'monitor',
    'prediction',
    'outcome',
    'pipeline',
    'schedule',
    'audit',
    'agent',
    'halt',
  ],
  documents: ['document', 'collection', 'passage', 'chunk', 'question', 'citation', 'answer', 'search', 'text', 'index', 'reader', 'quote'],
}

/** Fewer tools than this crowd nobody. */
const crowd = 24

export interface Departments {
  /** Undefined: everybody's. */
  readonly of: ReadonlyMap<string, Specialist | undefined>
  readonly handOff: PlannerTool
  route(message: string): Specialist | undefined
}

const made = new WeakMap<readonly PlannerTool[], Departments | undefined>()

/** Undefined where the list is short enough to be shown whole. */
export function departmentsOf(catalogue: readonly PlannerTool[]): Departments | undefined {
  if (!made.has(catalogue)) made.set(catalogue, catalogue.length < crowd ? undefined : departments(catalogue))
  return made.get(catalogue)
}

function departments(catalogue: readonly PlannerTool[]): Departments {
  const weightOf = weightsOf(catalogue)
  const of = new Map(catalogue.map((tool) => [tool.name, specialistOf(tool, weightOf)]))
  const rooms = specialists.map((room) => {
    const tools = catalogue.filter(({ name }) => of.get(name) === room)
    return { room, names: tools.map(({ name }) => name), words: new Set(tools.flatMap(({ name, title }) => wordsIn(`${name} ${title}`))) }
  })
  return {
    of,
    route: (message) => {
      const words = wordsIn(message)
      const scores = rooms.map(({ room, words: known }) => {
        const own = words.filter((word) => nouns[room].includes(word)).map(weightOf)
        const named = words.filter((word) => word.length > 3 && known.has(word))
        return { room, score: sumOf(own) + sumOf(named.map((word) => 1 / rooms.filter((other) => other.words.has(word)).length)) }
      })
      return best(scores)
    },
    handOff: {
      name: handOff,
      title: 'Hand the work on',
      description: `Hands the conversation to the specialist whose tools the next step needs, and to you as that specialist. ${rooms.map(({ room, names }) => `${room}: ${names.join(', ')}`).join('; ')}.`,
      input: {
        type: 'object',
        properties: { to: { type: 'string', enum: [...specialists], description: 'Who has the tools for the next step.' } },
        required: ['to'],
        additionalProperties: false,
      },
      examples: [],
    },
  }
}

/** The rarer a noun is among the tools, the more it says of one: nearly all of them speak of models. */
function weightsOf(catalogue: readonly PlannerTool[]): (noun: string) => number {
  const counts = new Map<string, number>()
  for (const tool of catalogue)
    for (const word of new Set(textsOf(tool).flatMap(({ words }) => words))) counts.set(word, (counts.get(word) ?? 0) + 1)
  return (noun) => Math.log((catalogue.length + 1) / (counts.get(noun) ?? 1))
}

function textsOf({
  name,
  title,
  description,
  input,
}: PlannerTool): readonly { readonly words: readonly string[]; readonly weight: number }[] {
  const fields = typeof input.properties === 'object' && input.properties !== null ? Object.keys(input.properties).join(' ') : ''
  return [
    { words: wordsIn(name), weight: 4 },
    { words: wordsIn(title), weight: 2 },
    { words: wordsIn(fields), weight: 1.5 },
    { words: wordsIn(description), weight: 0.5 },
  ]
}

/** A listing that needs no input helps everybody; anything else belongs to whose nouns it uses most. */
function specialistOf(tool: PlannerTool, weightOf: (noun: string) => number): Specialist | undefined {
  const { required } = tool.input
  if (tool.effect === 'read' && tool.name.startsWith('list_') && (!Array.isArray(required) || required.length === 0)) return undefined
  const texts = textsOf(tool)
  const scoreOf = (room: Specialist): number =>
    texts.reduce((sum, { words, weight }) => sum + weight * sumOf(words.filter((word) => nouns[room].includes(word)).map(weightOf)), 0)
  return best(specialists.map((room) => ({ room, score: scoreOf(room) })))
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0)

function best(scores: readonly { readonly room: Specialist; readonly score: number }[]): Specialist | undefined {
  const [first] = [...scores].sort((left, right) => right.score - left.score)
  return first && first.score > 0 ? first.room : undefined
}

/** Lower case, singular. */
const wordsIn = (text: string): readonly string[] =>
  (text.toLowerCase().match(/\p{L}+/gu) ?? []).map((word) =>
    word.length > 3 && word.endsWith('s') && !word.endsWith('ss') ? word.slice(0, -1) : word,
  )

const handed = z.object({ to: z.enum(specialists) })

export const readHandOff = (input: unknown): Specialist | undefined => handed.safeParse(input).data?.to

/** Who works now: whom the turn was handed to last, else whose trade the person's words speak of, else who worked before. */
export function specialistNow(departments: Departments, messages: readonly BaseMessage[]): Specialist | undefined {
  return handedTo(currentTurn(messages)) ?? departments.route(lastMessage(messages)) ?? handedTo(messages)
}

function handedTo(messages: readonly BaseMessage[]): Specialist | undefined {
  const calls = messages.filter((message) => AIMessage.isInstance(message)).flatMap((message) => message.tool_calls ?? [])
  return readHandOff(calls.findLast(({ name }) => name === handOff)?.args)
}

/** What the specialist is shown: its own tools, everybody's, and those that the conversation has used. */
export function toolsOf(
  { of, handOff: tool }: Departments,
  catalogue: readonly PlannerTool[],
  { specialist, messages }: { readonly specialist: Specialist | undefined; readonly messages: readonly BaseMessage[] },
): readonly PlannerTool[] {
  const used = new Set(messages.filter((message) => ToolMessage.isInstance(message)).map(({ name }) => name))
  const shown = catalogue.filter(({ name }) => {
    const room = of.get(name)
    return room === undefined || room === specialist || used.has(name)
  })
  return [...shown, tool]
}
