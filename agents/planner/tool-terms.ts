/** A tool as terms by where they stand — name, summary, arguments, choices — and its arguments as places for values. */
import type { PlannerTool } from './contract.ts'
import { contentWords } from './terms.ts'
import { nameParts, stem } from './words.ts'

/** Where a word of a tool stands; a word may stand in several places. */
export const places = { name: 1, summary: 2, rest: 4, argument: 8, note: 16, choice: 32 } as const
export const head = places.name | places.summary
export const anywhere = 63

export interface ToolTerms {
  /** stem -> places, as bits. */
  readonly where: ReadonlyMap<string, number>
  /** first letters -> stems, to find words of one family. */
  readonly families: ReadonlyMap<string, readonly string[]>
  readonly name: readonly string[]
  readonly summary: readonly string[]
  /** First letters of neighbouring words: "bmi" for body mass index. */
  readonly initials: ReadonlySet<string>
  /** Neighbouring stems of name and summary. */
  readonly pairs: ReadonlySet<string>
  readonly slots: readonly ToolSlot[]
}

export interface ToolSlot {
  readonly stems: readonly string[]
  readonly kind: 'number' | 'numbers' | 'text' | 'texts' | 'date' | 'choice' | 'flag' | 'object'
  readonly required: boolean
  /** Stems of each choice. */
  readonly choices: readonly (readonly string[])[]
}

const known = new WeakMap<PlannerTool, ToolTerms>()

/** Read once per tool. */
export function toolTerms(tool: PlannerTool): ToolTerms {
  const before = known.get(tool)
  if (before) return before
  const made = readTool(tool)
  known.set(tool, made)
  return made
}

export const familyKey = (root: string): string => root.slice(0, 4)

function readTool({ name, title, description, input }: PlannerTool): ToolTerms {
  const where = new Map<string, number>()
  const add = (text: string, place: number): readonly string[] => {
    const roots = stemsIn(text)
    for (const root of roots) where.set(root, (where.get(root) ?? 0) | place)
    return roots
  }
  const [first = '', ...more] = description.split(/(?<=[.!?;])\s+/u)
  const named = add(`${name} ${title}`, places.name)
  const summary = add(first, places.summary)
  for (const text of more) if (!/\b(?:not|instead|unless|never|rather)\b/iu.test(text)) add(text, places.rest)
  const slots = Object.entries(recordOf(input.properties)).map(([argument, raw]) => {
    const schema = recordOf(raw)
    add(argument, places.argument)
    if (typeof schema.description === 'string') add(schema.description, places.note)
    const slot = slotOf(argument, schema, Array.isArray(input.required) && input.required.includes(argument))
    for (const choice of slot.choices) for (const root of choice) where.set(root, (where.get(root) ?? 0) | places.choice)
    return slot
  })
  return {
    where,
    families: familiesOf([...where.keys()]),
    name: named,
    summary,
    initials: new Set([name, first].flatMap(initialsIn)),
    pairs: new Set([named, summary].flatMap((roots) => roots.slice(1).map((root, at) => `${roots[at]} ${root}`))),
    slots,
  }
}

export const stemsIn = (text: string): readonly string[] =>
  contentWords(text)
    .filter((word) => word.length > 1)
    .map(stem)

function familiesOf(roots: readonly string[]): ReadonlyMap<string, readonly string[]> {
  return Map.groupBy(
    roots.filter((root) => root.length >= 4),
    familyKey,
  )
}

function initialsIn(text: string): readonly string[] {
  const letters = nameParts(text).map((word) => word[0] ?? '')
  return letters.flatMap((_, from) => [2, 3, 4, 5].map((size) => letters.slice(from, from + size).join('')))
}

const recordOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}

function slotOf(name: string, schema: Readonly<Record<string, unknown>>, required: boolean): ToolSlot {
  const item = recordOf(schema.items)
  const listed = [schema.enum, item.enum].find(Array.isArray) ?? []
  const choices = listed.filter((one): one is string => typeof one === 'string').map(stemsIn)
  return { stems: stemsIn(name), required, choices, kind: choices.length > 0 ? 'choice' : slotKind(name, schema, item) }
}

const numeric = /^(?:int|float|num|double|long|short|byte)/iu

/** Types as JSON Schema has them, and as Python, Java and JavaScript call them. */
function slotKind(name: string, schema: Readonly<Record<string, unknown>>, item: Readonly<Record<string, unknown>>): ToolSlot['kind'] {
  const type = String(schema.type)
  if (/^bool/iu.test(type)) return 'flag'
  if (numeric.test(type)) return 'number'
  if (/array|tuple|list/iu.test(type)) return numeric.test(String(item.type)) ? 'numbers' : 'texts'
  if (/^(?:dict|object|hash)/iu.test(type)) return 'object'
  const dated = nameParts(name).some((word) => /^(?:date|time|day|month|year|birthdate|when)$/u.test(word))
  return dated || /\bdate\b|YYYY/u.test(String(schema.description)) ? 'date' : 'text'
}
