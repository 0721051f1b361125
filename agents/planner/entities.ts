/** Names from the world found in a message, however they are spelt with spaces, hyphens or underscores, and what nearly is one. */
import type { Span, World } from './contract.ts'
import { indexWorld, mentionable, nearNames } from './world-index.ts'

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

/** All names of a kind, in the world's order. */
export function namesIn(kind: EntityKind, { datasets, models, ...world }: World): readonly string[] {
  if (kind === 'dataset') return Object.keys(datasets)
  if (kind === 'model') return Object.keys(models)
  return { run: world.runs, collection: world.collections, pipeline: world.pipelines, suite: world.suites }[kind]
}

/** Longest names first, so that "churn-clf" is not "churn"; in the order of the message. */
export function findEntities(message: string, world: World): readonly Entity[] {
  const found: Entity[] = []
  for (const { name, of: kinds } of mentionable(indexWorld(world).things, message)) {
    for (const span of occurrences(message, name)) {
      if (found.every((other) => apart(other, span))) found.push({ ...span, name, kinds })
    }
  }
  return found.sort((left, right) => left.start - right.start)
}

export function findColumns(message: string, world: World, taken: readonly Span[]): readonly ColumnMention[] {
  const found: ColumnMention[] = []
  for (const { name, of: datasets } of mentionable(indexWorld(world).columns, message)) {
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

/** The names of these kinds that a mistyped or shortened word may mean, nearest first. */
export const nearMisses = (word: string, world: World, kinds: readonly EntityKind[]): readonly string[] =>
  nearNames(indexWorld(world).things, word, kinds)

export const isEntityKind = (kind: string): kind is EntityKind =>
  kind === 'dataset' || kind === 'model' || kind === 'run' || kind === 'collection' || kind === 'pipeline' || kind === 'suite'
