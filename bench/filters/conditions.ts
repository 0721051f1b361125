/** Random filters twice over: as the tool takes them, and as a function of the metadata that knows nothing of the index. */
import type { Condition, Filter, Scalar } from '../../rag/search/filter.ts'
import type { Chance } from '../seeded.ts'
import { groups, type Metadata, tags, type Value } from './entries.ts'

export interface RandomFilter {
  /** As `search_documents` takes it. */
  readonly filter: Filter
  fits(metadata: Metadata): boolean
}

const deepest = 3

/** Of any depth up to three; alone it lets through a share of the documents from .0001 to .9. */
export function randomFilter(chance: Chance, count: number, depth = 0): RandomFilter {
  const draw = chance.next()
  if (depth >= deepest || draw < 0.5) return randomCondition(chance, count)
  const inner = (most: number): RandomFilter[] =>
    Array.from({ length: 2 + chance.index(most - 1) }, () => randomFilter(chance, count, depth + 1))
  if (draw < 0.6) return negated(randomFilter(chance, count, depth + 1))
  return draw < 0.8 ? joined('or', inner(3)) : joined('and', inner(2))
}

function negated({ filter, fits }: RandomFilter): RandomFilter {
  return { filter: { not: filter }, fits: (metadata) => !fits(metadata) }
}

function joined(joiner: 'and' | 'or', of: readonly RandomFilter[]): RandomFilter {
  return {
    filter: { [joiner]: of.map(({ filter }) => filter) },
    fits: (metadata) => (joiner === 'and' ? of.every(({ fits }) => fits(metadata)) : of.some(({ fits }) => fits(metadata))),
  }
}

function randomCondition(chance: Chance, count: number): RandomFilter {
  return chance.pick(conditions)(chance, count)
}

/** From .0001 to .9, each power of ten as likely. */
const selectivity = (chance: Chance): number => 10 ** -(0.05 + chance.next() * 3.95)

const conditions: readonly ((chance: Chance, count: number) => RandomFilter)[] = [
  (chance, count) => {
    const width = Math.max(1, Math.round(selectivity(chance) * count))
    const from = chance.index(Math.max(1, count - width))
    return on('rank', { range: { gte: from, lt: from + width } }, (value) => isNumber(value) && value >= from && value < from + width)
  },
  (chance) => {
    const least = 1 - selectivity(chance)
    return on('share', { gt: least }, (value) => isNumber(value) && value > least)
  },
  (chance, count) => {
    const bucket = chance.index(Math.max(1, Math.floor(count / 5)))
    return on('bucket', chance.next() < 0.5 ? { eq: bucket } : bucket, (value) => value === bucket)
  },
  (chance) => {
    const wanted = Array.from({ length: 1 + chance.index(8) }, () => `group ${chance.index(groups)}`)
    return on('group', { in: wanted }, (value) => wanted.some((one) => one === value))
  },
  (chance) => {
    const prefix = Array.from({ length: 1 + chance.index(3) }, () => '0123456789abcdef'[chance.index(16)]).join('')
    return on('code', { prefix }, (value) => typeof value === 'string' && value.startsWith(prefix))
  },
  (chance) => {
    const [from = '', to = ''] = [2000 + chance.index(24), 2000 + chance.index(24)].sort().map((year) => `${year}-06-15`)
    return on('date', { range: { gte: from, lte: to } }, (value) => typeof value === 'string' && value >= from && value <= to)
  },
  (chance) => {
    const tag = chance.pick(tags)
    return on('tags', { eq: tag }, (value) => value === tag)
  },
  (chance) => {
    const open = chance.next() < 0.7
    return on('open', open, (value) => value === open)
  },
  (chance) => {
    const exists = chance.next() < 0.5
    return { filter: { note: { exists } }, fits: (metadata) => (metadata.note !== undefined) === exists }
  },
]

const isNumber = (value: Value): value is number => typeof value === 'number'

/** A condition on a key holds when it holds for the value, or for an item of a list; never where the key is missing. */
function on(key: string, condition: Scalar | Condition, holds: (value: Value) => boolean): RandomFilter {
  return {
    filter: { [key]: condition },
    fits: (metadata) => {
      const value = metadata[key]
      if (value === undefined) return false
      return typeof value === 'object' ? value.some(holds) : holds(value)
    },
  }
}
