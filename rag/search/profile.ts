/** A passage as refining sees it: which words it has and where. Kept for passages met before, so that they are read once. */
import type { Database } from '../../platform/database/database.ts'
import { tokenize } from '../language/tokens.ts'

export interface Profile {
  readonly titleWords: readonly string[]
  /** Where each word of title and text stands, counted in words, ascending. */
  readonly places: ReadonlyMap<string, readonly number[]>
  /** Letter groups in all its words together, as `gramsOf` counts them. */
  readonly grams: number
}

export interface ProfileSource {
  readonly title: string
  readonly text: string
}

/** Some KB each. */
const mostKept = 10_000
/** What stands after this many characters of a passage is not looked at. */
const longest = 4000

const kept = new WeakMap<Database, Map<string, Profile>>()

/**
 * The profiles of passages by key; `read` is asked for the sources of those that were not met before. A key names a passage for
 * good: a changed document has another. A passage that is gone has none.
 */
export async function profilesOf(
  db: Database,
  keys: readonly string[],
  read: (missing: readonly string[]) => Promise<ReadonlyMap<string, ProfileSource>>,
): Promise<ReadonlyMap<string, Profile>> {
  const known = kept.get(db) ?? new Map<string, Profile>()
  kept.set(db, known)
  const missing = keys.filter((key) => !known.has(key))
  const sources = missing.length > 0 ? await read(missing) : new Map<string, ProfileSource>()
  const found = new Map<string, Profile>()
  for (const key of keys) {
    const source = sources.get(key)
    const profile = known.get(key) ?? (source && makeProfile(source))
    if (!profile) continue
    found.set(key, profile)
    // Taken out and put back, so that the first entries are those not used for longest.
    known.delete(key)
    known.set(key, profile)
  }
  for (const oldest of known.keys()) {
    if (known.size <= mostKept) break
    known.delete(oldest)
  }
  return found
}

export function makeProfile({ title, text }: ProfileSource): Profile {
  const places = new Map<string, number[]>()
  let grams = 0
  for (const [at, word] of tokenize(`${title}\n${text.slice(0, longest)}`).entries()) {
    grams += 2 * word.length - 1
    const list = places.get(word)
    if (list) list.push(at)
    else places.set(word, [at])
  }
  return { titleWords: tokenize(title), places, grams }
}

const shortest = 3

/** The groups of three and four letters of a word between its bounds: "<win", "wing", "ing>" and so on. */
export function gramsOf(word: string): string[] {
  const padded = `<${word}>`
  const grams: string[] = []
  for (let size = shortest; size <= shortest + 1; size++) {
    for (let at = 0; at + size <= padded.length; at++) grams.push(padded.slice(at, at + size))
  }
  return grams
}
