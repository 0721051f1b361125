/** Names from the world found in a message, however they are spelt with spaces, hyphens or underscores, and what nearly is one. */
import type { Span, World } from './contract.ts'
import { slips } from './words.ts'

export type EntityKind = 'dataset' | 'model' | 'run' | 'collection' | 'pipeline' | 'suite'

export interface Entity extends Span {
  /** One name may belong to several things. */
  readonly kinds: readonly EntityKind[]
  readonly name: string
}

export interface ColumnMention extends Span {
  readonly name: string
  readonly datasets: readonly string[]
}

/** Every name of the world with the kinds it has. */
function namesOf(world: World): ReadonlyMap<string, readonly EntityKind[]> {
  const names = new Map<string, readonly EntityKind[]>()
  const add = (kind: EntityKind, list: readonly string[]): void => {
    for (const name of list) names.set(name, [...(names.get(name) ?? []), kind])
  }
  add('dataset', Object.keys(world.datasets))
  add('model', Object.keys(world.models))
  add('run', world.runs)
  add('collection', world.collections)
  add('pipeline', world.pipelines)
  add('suite', world.suites)
  return names
}

/** All names of a kind, in the world's order. */
export function namesIn(kind: EntityKind, { datasets, models, ...world }: World): readonly string[] {
  if (kind === 'dataset') return Object.keys(datasets)
  if (kind === 'model') return Object.keys(models)
  return { run: world.runs, collection: world.collections, pipeline: world.pipelines, suite: world.suites }[kind]
}

/** Longest names first, so that "churn-clf" is not "churn"; in the order of the message. */
export function findEntities(message: string, world: World): readonly Entity[] {
  const found: Entity[] = []
  const names = [...namesOf(world)].sort(([left], [right]) => right.length - left.length)
  for (const [name, kinds] of names) {
    for (const span of occurrences(message, name)) {
      if (found.every((other) => apart(other, span))) found.push({ ...span, name, kinds })
    }
  }
  return found.sort((left, right) => left.start - right.start)
}

export function findColumns(message: string, world: World, taken: readonly Span[]): readonly ColumnMention[] {
  const owners = new Map<string, string[]>()
  for (const [dataset, columns] of Object.entries(world.datasets)) {
    for (const column of columns) owners.set(column, [...(owners.get(column) ?? []), dataset])
  }
  const found: ColumnMention[] = []
  for (const [name, datasets] of [...owners].sort(([left], [right]) => right.length - left.length)) {
    for (const span of occurrences(message, name)) {
      if ([...taken, ...found].every((other) => apart(other, span))) found.push({ ...span, name, datasets })
    }
  }
  return found.sort((left, right) => left.start - right.start)
}

function occurrences(message: string, name: string): readonly Span[] {
  const parts = name.split(/[-_\s]+/u).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}_/-])${parts.join('[-_\\s]?')}(?![\\p{L}\\p{N}_]|[-/][\\p{L}\\p{N}])`, 'giu')
  return [...message.matchAll(pattern)].map((match) => ({ start: match.index, end: match.index + match[0].length, text: match[0] }))
}

export const apart = (left: Span, right: Span): boolean => left.end <= right.start || right.end <= left.start

/** The names of these kinds a mistyped word may mean, nearest first: one slip in a short word, two in a long one. */
export function nearMisses(word: string, world: World, kinds: readonly EntityKind[]): readonly string[] {
  const allowed = word.length >= 8 ? 2 : 1
  const plain = (text: string): string => text.toLowerCase().replace(/[-_\s]/g, '')
  return [...namesOf(world)]
    .filter(([, has]) => has.some((kind) => kinds.includes(kind)))
    .map(([name]) => ({ name, distance: word.length < 4 ? 9 : isPart(word, name) ? allowed : slips(plain(word), plain(name)) }))
    .filter(({ distance }) => distance <= allowed)
    .sort((left, right) => left.distance - right.distance)
    .map(({ name }) => name)
}

/** Some of a name's own parts, in their order: "smartmeter" of "smartmeter_jan". */
function isPart(word: string, name: string): boolean {
  const parts = (text: string): string =>
    `_${text
      .toLowerCase()
      .split(/[-_\s.]+/u)
      .join('_')}_`
  return parts(name).includes(parts(word)) && parts(name) !== parts(word)
}

export const isEntityKind = (kind: string): kind is EntityKind =>
  kind === 'dataset' || kind === 'model' || kind === 'run' || kind === 'collection' || kind === 'pipeline' || kind === 'suite'
