/** The names of a world prepared for reading: by what is left of them without separators, so that a message of ten words asks ten times, not once per name. */

import type { World } from './contract.ts'
import type { EntityKind } from './entities.ts'
import { slips } from './words.ts'

interface Named<T> extends Spelt {
  readonly name: string
  readonly of: T
}

interface Spelt {
  /** "_sales_may_": so that a part of it is found as a whole. */
  readonly parts: string
  /** "salesmay" */
  readonly key: string
  /** Its letters as a set of bits. */
  readonly letters: number
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
  const all = [...names].map(([name, of]) => ({ name, of, ...spelt(name) }))
  const byKey = grouped(all.map((one) => [one.key, one] as const))
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

function spelt(name: string): Spelt {
  const atoms = atomsOf(name)
  const key = atoms.join('')
  let letters = 0
  for (let at = 0; at < key.length; at++) letters |= 1 << (key.charCodeAt(at) & 31)
  return { key, letters, parts: `_${atoms.join('_')}_` }
}

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
  const said = spelt(word)
  return all
    .filter(({ of }) => of.some((kind) => kinds.includes(kind)))
    .map((one) => ({ name: one.name, distance: distance(one, said, allowed) }))
    .filter(({ distance: slip }) => slip <= allowed)
    .sort((left, right) => left.distance - right.distance)
    .map(({ name }) => name)
}

/** Counted slip by slip only where length and letters leave it possible: a slip changes the length by one and two letters at most. */
function distance(name: Spelt, said: Spelt, allowed: number): number {
  if (name.parts.includes(said.parts) && name.key !== said.key) return allowed
  if (Math.abs(name.key.length - said.key.length) > allowed || bitsIn(name.letters ^ said.letters) > 2 * allowed)
    return Number.POSITIVE_INFINITY
  return slips(said.key, name.key)
}

function bitsIn(set: number): number {
  let count = 0
  for (let left = set; left !== 0; left &= left - 1) count++
  return count
}
