/** The names of a world prepared for reading: by what is left of them without separators, so that a message of ten words asks ten times, not once per name. */

import type { World } from './contract.ts'
import type { EntityKind } from './entities.ts'
import { slips } from './words.ts'

interface Named<T> {
  readonly name: string
  readonly of: T
}

export interface WorldIndex {
  readonly things: Names<readonly EntityKind[]>
  /** Columns with the data sets that have them. */
  readonly columns: Names<readonly string[]>
}

interface Names<T> {
  readonly all: readonly Named<T>[]
  readonly byKey: ReadonlyMap<string, readonly Named<T>[]>
  /** Words in the longest name. */
  readonly most: number
}

const indexes = new WeakMap<World, WorldIndex>()

/** Indexed once per world. */
export function indexWorld(world: World): WorldIndex {
  const known = indexes.get(world)
  if (known) return known
  const index = { things: named(thingsOf(world)), columns: named(columnsOf(world)) }
  indexes.set(world, index)
  return index
}

function thingsOf(world: World): ReadonlyMap<string, readonly EntityKind[]> {
  const lists: readonly (readonly [EntityKind, readonly string[]])[] = [
    ['dataset', Object.keys(world.datasets)],
    ['model', Object.keys(world.models)],
    ['run', world.runs],
    ['collection', world.collections],
    ['pipeline', world.pipelines],
    ['suite', world.suites],
  ]
  return grouped(lists.flatMap(([kind, names]) => names.map((name) => [name, kind] as const)))
}

const columnsOf = ({ datasets }: World): ReadonlyMap<string, readonly string[]> =>
  grouped(Object.entries(datasets).flatMap(([dataset, columns]) => columns.map((column) => [column, dataset] as const)))

function named<T>(names: ReadonlyMap<string, T>): Names<T> {
  const all = [...names].map(([name, of]) => ({ name, of }))
  const byKey = grouped(all.map((one) => [keyOf(one.name), one] as const))
  return { all, byKey, most: all.reduce((most, { name }) => Math.max(most, atomsOf(name).length), 0) }
}

function grouped<K, V>(pairs: readonly (readonly [K, V])[]): ReadonlyMap<K, readonly V[]> {
  const groups = new Map<K, V[]>()
  for (const [key, value] of pairs) {
    const list = groups.get(key)
    if (list) list.push(value)
    else groups.set(key, [value])
  }
  return groups
}

const atomsOf = (text: string): readonly string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
const keyOf = (name: string): string => atomsOf(name).join('')

/** Names that a message may hold, longest first; whether it holds them is for a closer look. */
export function mentionable<T>({ byKey, most }: Names<T>, message: string): readonly Named<T>[] {
  const atoms = atomsOf(message)
  const found = new Set<Named<T>>()
  for (let start = 0; start < atoms.length; start++) {
    let key = ''
    for (let end = start; end < Math.min(atoms.length, start + most); end++) {
      key += atoms[end] ?? ''
      for (const one of byKey.get(key) ?? []) found.add(one)
    }
  }
  return [...found].sort((left, right) => right.name.length - left.name.length)
}

/** Names of these kinds that a mistyped or shortened word may mean, nearest first: one slip in a short word, two in a long one. */
export function nearNames({ all }: Names<readonly EntityKind[]>, word: string, kinds: readonly EntityKind[]): readonly string[] {
  if (word.length < 4) return []
  const allowed = word.length >= 8 ? 2 : 1
  const key = keyOf(word)
  const parts = `_${atomsOf(word).join('_')}_`
  return all
    .filter(({ of }) => of.some((kind) => kinds.includes(kind)))
    .map(({ name }) => ({ name, distance: distance(name, { key, parts, allowed }) }))
    .filter(({ distance: slip }) => slip <= allowed)
    .sort((left, right) => left.distance - right.distance)
    .map(({ name }) => name)
}

function distance(
  name: string,
  { key, parts, allowed }: { readonly key: string; readonly parts: string; readonly allowed: number },
): number {
  const own = atomsOf(name)
  const whole = own.join('')
  if (`_${own.join('_')}_`.includes(parts) && whole !== key) return allowed
  return Math.abs(whole.length - key.length) > allowed ? Number.POSITIVE_INFINITY : slips(key, whole)
}
