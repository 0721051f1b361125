/** Generated documents with metadata of every kind and readers of every kind, one chunk each. */
import { type Chance, chanceOf } from '../seeded.ts'

export interface Entry {
  readonly id: string
  readonly text: string
  readonly words: ReadonlySet<string>
  readonly metadata: Metadata
  readonly readers: readonly string[] | undefined
}

export type Value = string | number | boolean
export type Metadata = Readonly<Record<string, Value | readonly string[]>>

export const users = Array.from({ length: 20 }, (_, number) => `user:${number}`)
export const tags = 'red green blue north south east west new old open closed urgent'.split(' ')
/** Documents that share a bucket: the narrowest equality there is. */
const perBucket = 5
export const groups = 100
const vocabularySize = 3000
const wordsPerEntry = { least: 15, more: 20 }

/** The same words for every corpus, the commonest first. */
export function vocabulary(): readonly string[] {
  const chance = chanceOf(21)
  const letters = 'abcdefghijklmnopqrstuvwxyz'
  const words = new Set<string>()
  while (words.size < vocabularySize) words.add(Array.from({ length: 5 + chance.index(4) }, () => letters[chance.index(26)]).join(''))
  return [...words]
}

/** Frequencies fall as Zipf's law says. */
export const wordFrom = (words: readonly string[], chance: Chance): string => words[Math.floor(words.length ** chance.next()) - 1] ?? ''

export interface EntriesRequest {
  readonly count: number
  /** Before the number in every id. */
  readonly prefix: string
  readonly seed: number
}

export function generatedEntries({ count, prefix, seed }: EntriesRequest): readonly Entry[] {
  const chance = chanceOf(seed)
  const words = vocabulary()
  const ranks = chance.shuffled(Array.from({ length: count }, (_, rank) => rank))
  return ranks.map((rank, index) => {
    const said = Array.from({ length: wordsPerEntry.least + chance.index(wordsPerEntry.more) }, () => wordFrom(words, chance))
    return {
      id: `${prefix}-${index}`,
      text: `${said.join(' ')}.`,
      words: new Set(said),
      metadata: metadataOf(rank, { count, chance }),
      readers: readersOf(chance),
    }
  })
}

function metadataOf(rank: number, { count, chance }: { readonly count: number; readonly chance: Chance }): Metadata {
  return {
    rank,
    share: (rank + 0.5) / count,
    bucket: rank % Math.max(1, Math.floor(count / perBucket)),
    group: `group ${Math.floor(groups ** chance.next()) - 1}`,
    code: Math.floor(chance.next() * 2 ** 32)
      .toString(16)
      .padStart(8, '0'),
    date: new Date(Date.UTC(2000, 0, 1 + chance.index(9000))).toISOString().slice(0, 10),
    tags: chance.shuffled(tags).slice(0, chance.index(4)),
    open: chance.next() < 0.9,
    ...(chance.next() < 0.1 ? { note: 'kept' } : {}),
  }
}

/** Everyone, nobody but administrators, a role, or a few people. */
function readersOf(chance: Chance): readonly string[] | undefined {
  const draw = chance.next()
  if (draw < 0.4) return undefined
  if (draw < 0.6) return ['workspace:default']
  if (draw < 0.85) return chance.shuffled(users).slice(0, 1 + chance.index(3))
  if (draw < 0.95) return ['role:operator']
  return [chance.next() < 0.5 ? 'role:admin' : 'workspace:other']
}

/** A line of JSON Lines. */
export function lineOf({ id, text, metadata, readers }: Entry): string {
  return JSON.stringify({ _id: id, title: '', text, metadata, ...(readers ? { readers } : {}) })
}
