/**
 * What a recommender is judged by: each user's ten best new items against what the user took in the test rows, beside the
 * ten that most users took, which needs no model at all.
 */
import { judgeRanking, topItems } from '../../evaluation/item-ranking.ts'
import { seededRandom, shuffled } from '../../evaluation/seeded-random.ts'
import { addAt, at } from '../at.ts'
import type { Inputs } from '../problem.ts'
import { countOf, type Ids, indexer, type Roles } from './interactions.ts'
import { itemRanker, type Recommender } from './recommend.ts'

const depth = 10
/** Scores computed at most: of more users than that allows, a sample is asked. */
const maxScores = 2e8

/**
 * `ndcg@10`, `recall@10` and `map@10` as means over the users who took something new in the test rows; items that training
 * did not hold count as missed. The same of the baseline, named `baseline_…`. Empty when there is no such user.
 */
export function recommendationQuality(model: Recommender, test: Inputs): Record<string, number> {
  const users = sampled([...takenAnew(model, test)], Math.ceil(maxScores / Math.max(1, model.items.vectors.length)))
  const rank = itemRanker(model)
  const popular = popularity(model)
  const sums = new Map<string, number>()
  const add = (prefix: string, ranked: Uint32Array, relevant: ReadonlySet<number>): void => {
    for (const [name, value] of Object.entries(judgeRanking(cellsOf(model.items.ids, ranked), relevant, depth)))
      sums.set(`${prefix}${name}@${depth}`, (sums.get(`${prefix}${name}@${depth}`) ?? 0) + value / users.length)
  }
  const userOf = indexer(model.users.ids)
  for (const [cell, relevant] of users) {
    const user = userOf(cell)
    add('', rank(user, { count: depth, excludeSeen: true }).items, relevant)
    add('baseline_', topItems(popular, depth, seenBy(model, user)), relevant)
  }
  return Object.fromEntries(sums)
}

/** Items by user, both as cells of the table, without those the user took in training. */
function takenAnew(model: Recommender, { rows, values }: Inputs): Map<number, Set<number>> {
  const { roles, users, items } = model
  const userOf = indexer(users.ids)
  const itemOf = indexer(items.ids)
  const taken = new Map<number, Set<number>>()
  for (let row = 0; row < rows; row++) {
    const { user, item, strength } = eventAt(values, roles, row)
    if (Number.isNaN(user) || Number.isNaN(item) || strength <= 0) continue
    if (hasSeen(model, userOf(user), itemOf(item))) continue
    const own = taken.get(user) ?? new Set()
    taken.set(user, own.add(item))
  }
  return taken
}

function eventAt(values: readonly Float64Array[], roles: Roles, row: number): { user: number; item: number; strength: number } {
  const cell = (column: number): number => values[column]?.[row] ?? Number.NaN
  const strength = cell(roles.value)
  return { user: cell(roles.user), item: cell(roles.item), strength: Number.isNaN(strength) ? 1 : strength }
}

/** Each user's items are in ascending order. */
function hasSeen({ starts, seen }: Recommender, user: number, item: number): boolean {
  if (user < 0 || item < 0) return false
  return seen.subarray(starts[user] ?? 0, starts[user + 1] ?? 0).includes(item)
}

function seenBy({ items, starts, seen }: Recommender, user: number): Uint8Array {
  const marks = new Uint8Array(countOf(items.ids))
  if (user >= 0) for (let i = starts[user] ?? 0; i < (starts[user + 1] ?? 0); i++) marks[seen[i] ?? 0] = 1
  return marks
}

/** How many users took each item. */
function popularity({ items, seen }: Recommender): Float64Array {
  const counts = new Float64Array(countOf(items.ids))
  for (const item of seen) addAt(counts, item, 1)
  return counts
}

const cellsOf = (ids: Ids, ranked: Uint32Array): ArrayLike<number> =>
  ids.type === 'category' ? ranked : Float64Array.from(ranked, (item) => at(ids.ids, item))

function sampled<T>(all: readonly T[], most: number): readonly T[] {
  if (all.length <= most) return all
  return Array.from(shuffled(all.length, seededRandom(0)).subarray(0, most)).flatMap((i) => all[i] ?? [])
}
