/** What a fitted recommender is asked: items for a user, and items like an item. */
import { z } from 'zod'
import { topItems } from '../../evaluation/item-ranking.ts'
import type { Scorer, Shape } from '../algorithm.ts'
import { addAt, at } from '../at.ts'
import { float64s, uint32s } from '../numbers.ts'
import type { InputColumn } from '../problem.ts'
import { dot } from './als.ts'
import { countOf, type Ids, idsSchema, indexer, rolesSchema } from './interactions.ts'

export const recommenderSchema = z.strictObject({
  roles: rolesSchema.describe('Which columns are read'),
  factors: z.int().min(1).describe('Numbers in a vector'),
  users: z.strictObject({ ids: idsSchema, vectors: float64s.describe('One vector after the other') }).describe('Who takes'),
  items: z.strictObject({ ids: idsSchema, vectors: float64s.describe('One vector after the other') }).describe('What is taken'),
  starts: uint32s.describe('Where the items of each user begin in `seen`, and where the last end'),
  seen: uint32s.describe('Items that each user took in training'),
})
export type Recommender = z.infer<typeof recommenderSchema>

export interface Recommendation {
  /** As in the data. */
  readonly item: string | number
  /** 1 is what the user would surely take, 0 what they would not; may lie a little outside. Of similar items the cosine. */
  readonly score: number
}

export interface Answer {
  /** False for a user or item that training did not hold. */
  readonly known: boolean
  /** Best first. */
  readonly items: readonly Recommendation[]
}

type Columns = readonly InputColumn[]

/** Scores one user and item: the preference, 1 what would surely be taken. A stranger is the average user; an unknown item has 0. */
export function preferenceScorer(model: Recommender, shape: Pick<Shape, 'columns'>): Scorer {
  requireFitting(model, shape.columns)
  const { roles, factors, users, items } = model
  const vectorOf = userVectors(model)
  const userOf = indexer(users.ids)
  const itemOf = indexer(items.ids)
  return (row, scores) => {
    const item = itemOf(at(row, roles.item))
    scores[0] = item < 0 ? 0 : dot(items.vectors, item * factors, vectorOf(userOf(at(row, roles.user))))
  }
}

/** Throws a RangeError when the parts of a model do not fit each other and the columns. */
function requireFitting({ roles, factors, users, items, starts, seen }: Recommender, columns: Columns): void {
  const sides = [users, items].every(({ ids, vectors }) => vectors.length === countOf(ids) * factors)
  const types = columns[roles.user]?.type === users.ids.type && columns[roles.item]?.type === items.ids.type
  const count = countOf(items.ids)
  const ends = starts.length === countOf(users.ids) + 1 && starts.at(-1) === seen.length
  const inside = starts.every((start, i) => start >= (starts[i - 1] ?? 0)) && seen.every((item) => item < count)
  if (!(sides && types && ends && inside)) throw new RangeError('The parts of the recommender do not fit together.')
}

/** The vector of a user by index; for one who took nothing or is not known the mean of all who took something. */
function userVectors({ factors, users, starts }: Recommender): (user: number) => Float64Array {
  const average = new Float64Array(factors)
  let active = 0
  for (let user = 0; user + 1 < starts.length; user++) {
    if (starts[user] === starts[user + 1]) continue
    active++
    for (let f = 0; f < factors; f++) addAt(average, f, at(users.vectors, user * factors + f))
  }
  for (let f = 0; f < factors; f++) average[f] = at(average, f) / Math.max(1, active)
  return (user) => {
    const stranger = user < 0 || starts[user] === starts[user + 1]
    return stranger ? average : users.vectors.subarray(user * factors, (user + 1) * factors)
  }
}

export interface Ranked {
  /** Indexes, best first. */
  readonly items: Uint32Array
  /** Of every item there is. */
  readonly scores: Float64Array
}

/** Ranks items for users by index (-1: a stranger); what users share is made once. Items that nobody took are left out. */
export function itemRanker(model: Recommender): (user: number, options: { count: number; excludeSeen: boolean }) => Ranked {
  const { factors, items, starts, seen } = model
  const vectorOf = userVectors(model)
  const nobody = untaken(model)
  return (user, { count, excludeSeen }) => {
    const x = vectorOf(user)
    const scores = Float64Array.from(nobody, (_, item) => dot(items.vectors, item * factors, x))
    const skip = nobody.slice()
    if (excludeSeen && user >= 0) for (let i = starts[user] ?? 0; i < (starts[user + 1] ?? 0); i++) skip[seen[i] ?? 0] = 1
    return { items: topItems(scores, count, skip), scores }
  }
}

/** 1 at items whose vector is 0: levels of the column that no event named. */
function untaken({ factors, items }: Recommender): Uint8Array {
  return Uint8Array.from({ length: countOf(items.ids) }, (_, i) =>
    items.vectors.subarray(i * factors, (i + 1) * factors).every((value) => value === 0) ? 1 : 0,
  )
}

/** A recommender made ready for questions; ids are as in the data, and a text that is a number names a number. */
export interface Advisor {
  /**
   * The items a user would most likely take, without those already taken unless `excludeSeen` is false. A stranger gets
   * what the average user would.
   */
  recommend(user: string | number, options: { readonly count: number; readonly excludeSeen: boolean }): Answer
  /** Items whose vectors point the same way: who takes one takes the other. None for an item that training did not hold. */
  similarItems(item: string | number, count: number): Answer
}

/** Throws a RangeError when the parts of the model do not fit. What all questions share is worked out here, once. */
export function advisor(model: Recommender, columns: Columns): Advisor {
  requireFitting(model, columns)
  const rank = itemRanker(model)
  const nobody = untaken(model)
  const userAt = namedIndex(model.users.ids, columns[model.roles.user])
  const itemAt = namedIndex(model.items.ids, columns[model.roles.item])
  const named = (found: Uint32Array, scores: Float64Array): readonly Recommendation[] =>
    Array.from(found, (i) => ({ item: idAt(model.items.ids, columns[model.roles.item], i), score: at(scores, i) }))
  return {
    recommend: (user, options) => {
      const index = userAt(user)
      const { items, scores } = rank(index, options)
      return { known: index >= 0 && model.starts[index] !== model.starts[index + 1], items: named(items, scores) }
    },
    similarItems: (item, count) => {
      const index = itemAt(item)
      if (index < 0 || nobody[index] === 1) return { known: false, items: [] }
      const skip = nobody.slice()
      skip[index] = 1
      const scores = cosines(model, index)
      return { known: true, items: named(topItems(scores, count, skip), scores) }
    },
  }
}

/** Of one item's vector with all; 0 for items without one. */
function cosines({ factors, items: { vectors } }: Recommender, index: number): Float64Array {
  const vectorOf = (i: number): Float64Array => vectors.subarray(i * factors, (i + 1) * factors)
  const lengthOf = (i: number): number => Math.sqrt(dot(vectors, i * factors, vectorOf(i)))
  const own = vectorOf(index)
  return Float64Array.from({ length: vectors.length / factors }, (_, i) => {
    const lengths = lengthOf(index) * lengthOf(i)
    return lengths > 0 ? dot(vectors, i * factors, own) / lengths : 0
  })
}

function namedIndex(ids: Ids, column: InputColumn | undefined): (id: string | number) => number {
  const of = indexer(ids)
  if (column?.type !== 'category') return (id) => of(Number(id))
  const codes = new Map(column.levels.map((level, code) => [level, code]))
  return (id) => of(codes.get(String(id)) ?? -1)
}

function idAt(ids: Ids, column: InputColumn | undefined, index: number): string | number {
  if (ids.type === 'number') return at(ids.ids, index)
  return column?.type === 'category' ? (column.levels[index] ?? '') : ''
}
