/**
 * Spelling repair against the words of a collection: a query word found nowhere in it is joined by the nearest word that is.
 * The word itself stays, so that a rare but right one loses nothing.
 */
import type { Database } from '../../platform/database/database.ts'
import type { Collection } from '../index/collections.ts'
import { documentFrequencies } from '../index/postings.ts'
import { stemWords } from '../index/stems.ts'
import { isSpelt, wordsAfter } from '../index/words.ts'
import { knownEnglish } from '../language/known-words.ts'
import type { TermCounts } from '../language/tokens.ts'
import { hasWord, mergeSorted, type Near, nearWords, wordsWith } from './lexicon.ts'

export interface Repair {
  readonly said: string
  readonly meant: string
  /** How much what was meant counts beside what was said. */
  readonly weight: number
}

/** From this length on two edits are forgiven; in shorter words they make another word too often. */
const longWord = 9
const mostNear = 200
/** A word of the language that the documents do not have may be meant as it stands, or be a slip that made another word. */
const weightOfKnown = 0.5

/** At most one repair for each word. Words of other scripts, numbers and names with digits are left alone. */
export async function repairSpelling(db: Database, collection: Collection, query: TermCounts): Promise<readonly Repair[]> {
  const lexicon = await lexiconOf(db, collection)
  const strange = [...query.keys()].filter((word) => isSpelt(word) && !hasWord(lexicon, word))
  if (strange.length === 0) return []
  const known = await frequencies(db, collection, strange)
  const repairs: Repair[] = []
  for (const said of strange) {
    if (known.get(said) !== undefined) continue
    const meant = await nearestWord(db, collection, { lexicon, said })
    if (meant !== undefined) repairs.push({ said, meant, weight: (await isKnown(collection, said)) ? weightOfKnown : 1 })
  }
  return repairs
}

const isKnown = async ({ languages }: Collection, word: string): Promise<boolean> =>
  languages.includes('english') && (await knownEnglish()).has(word)

/**
 * The nearest: fewest edits, then the same first letter, then the word of the most chunks. None where a stop word is one edit
 * away: those are misspelt most, and say nothing.
 */
async function nearestWord(
  db: Database,
  collection: Collection,
  { lexicon, said }: { readonly lexicon: readonly string[]; readonly said: string },
): Promise<string | undefined> {
  const near = nearest(lexicon, said).slice(0, mostNear)
  const holding = await frequencies(
    db,
    collection,
    near.map(({ word }) => word),
  )
  if (near.some(({ word, edits }) => edits === 1 && holding.get(word) === Number.POSITIVE_INFINITY)) return undefined
  const rank = ({ word, edits }: Near): number => 2 * edits + (word[0] === said[0] ? 0 : 1)
  const [best] = near
    .filter(({ word }) => holding.get(word) !== undefined)
    .toSorted((left, right) => rank(left) - rank(right) || (holding.get(right.word) ?? 0) - (holding.get(left.word) ?? 0))
  return best?.word
}

/** With the fewest edits first. Two edits must leave the first letter as it is. */
function nearest(lexicon: readonly string[], said: string): readonly Near[] {
  const one = nearWords(lexicon, said, 1)
  if (one.length > 0 || said.length < longWord) return one
  return nearWords(wordsWith(lexicon, said.slice(0, 1)), said, 2)
}

/** Chunks with each word's stem; infinite for a stop word, absent for a word that is nowhere. */
async function frequencies(db: Database, collection: Collection, words: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>()
  for (const language of collection.languages) {
    const stems = await stemWords(db, language, words)
    const holding = await documentFrequencies(
      db,
      collection,
      [...new Set(stems.values())].map((term) => ({ language, term })),
    )
    for (const word of words) {
      const stem = stems.get(word)
      const chunks = stem === undefined ? Number.POSITIVE_INFINITY : holding.get(stem)
      if (chunks !== undefined) found.set(word, Math.max(found.get(word) ?? 0, chunks))
    }
  }
  return found
}

interface Lexicon {
  readonly words: readonly string[]
  /** Key of the word recorded last. */
  readonly last: number
  readonly updatedAt: number
}

const wordsPerStatement = 20_000
/** Beyond this a collection holds more noise than words. */
const mostWords = 1_000_000

const kept = new WeakMap<Database, Map<number, Promise<Lexicon>>>()

/** Sorted. Kept in memory, and read on from where it ended when the collection has changed. */
async function lexiconOf(db: Database, collection: Collection): Promise<readonly string[]> {
  const ofDatabase = kept.get(db) ?? new Map<number, Promise<Lexicon>>()
  kept.set(db, ofDatabase)
  const known = await ofDatabase.get(collection.key)?.catch(() => undefined)
  if (known?.updatedAt === collection.updatedAt.getTime()) return known.words
  const reading = readOn(db, collection, known)
  ofDatabase.set(collection.key, reading)
  return (await reading).words
}

async function readOn(db: Database, collection: Collection, known: Lexicon | undefined): Promise<Lexicon> {
  let words: readonly string[] = known?.words ?? []
  let last = known?.last ?? 0
  for (;;) {
    const fresh = words.length < mostWords ? await wordsAfter(db, collection, { after: last, most: wordsPerStatement }) : []
    if (fresh.length > 0) words = mergeSorted(words, fresh.map(({ word }) => word).toSorted())
    last = fresh.at(-1)?.key ?? last
    if (fresh.length < wordsPerStatement) return { words, last, updatedAt: collection.updatedAt.getTime() }
  }
}
