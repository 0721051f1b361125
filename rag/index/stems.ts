/**
 * Words to index terms: stemmed by the dictionaries of Postgres, without accents. Where accents steer the stemmer, words keep
 * theirs until they are stemmed, and documents hold such words a second time as if written without.
 */
import type { Queryable } from '../../platform/database/database.ts'
import { dictionaryOf, type Language } from '../language/detect.ts'
import { foldAccents } from '../language/fold.ts'

/** Stem by word; stop words have none. */
export type Stems = ReadonlyMap<string, string>

/** Languages whose own words have no accents: theirs are dropped first, so that both spellings are one word. */
const unaccented: ReadonlySet<Language> = new Set(['simple', 'english'])

/** The terms that stand for words of a query. */
export async function stemWords(db: Queryable, language: Language, words: Iterable<string>): Promise<Stems> {
  const terms = new Map<string, string>()
  for (const [word, [term]] of await indexTerms(db, language, words)) if (term !== undefined) terms.set(word, term)
  return terms
}

/** The terms that words of a document are found by: the one of `stemWords` first. Stop words have none. */
export async function indexTerms(
  db: Queryable,
  language: Language,
  words: Iterable<string>,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const forms = new Map<string, readonly string[]>()
  for (const word of words) if (!forms.has(word)) forms.set(word, formsOf(word, unaccented.has(language)))
  const stems = await lexize(db, dictionaryOf(language), new Set([...forms.values()].flat()))
  const terms = new Map<string, readonly string[]>()
  for (const [word, [form = word, bare]] of forms) {
    const term = stems.get(form)
    if (!term) continue
    const other = bare === undefined ? undefined : stems.get(bare)
    terms.set(word, other && other !== term ? [term, other] : [term])
  }
  return terms
}

/** Index terms by language and word, as `indexTerms` gives them. */
export type TermsOf = ReadonlyMap<Language, ReadonlyMap<string, readonly string[]>>

/** The index terms of every word of some chunks. */
export async function termsByLanguage(
  db: Queryable,
  chunks: Iterable<{ readonly language: Language; readonly terms: readonly string[] }>,
): Promise<TermsOf> {
  const words = new Map<Language, Set<string>>()
  for (const { language, terms } of chunks) {
    const ofLanguage = words.get(language) ?? new Set()
    for (const term of terms) ofLanguage.add(term)
    words.set(language, ofLanguage)
  }
  const terms = new Map<Language, ReadonlyMap<string, readonly string[]>>()
  for (const [language, ofLanguage] of words) terms.set(language, await indexTerms(db, language, ofLanguage))
  return terms
}

function formsOf(word: string, accentsFirst: boolean): readonly string[] {
  const bare = foldAccents(word)
  if (bare === word || accentsFirst) return [bare]
  return [word, bare]
}

const wordsPerStatement = 2000
const mostRemembered = 100_000
/** What the dictionaries of a database answered: the same words come again with every batch. '' is a stop word. */
const remembered = new WeakMap<Queryable, Map<string, Map<string, string>>>()

async function lexize(db: Queryable, dictionary: string, words: ReadonlySet<string>): Promise<ReadonlyMap<string, string>> {
  const known = memoryOf(db, dictionary)
  if (known.size + words.size > mostRemembered) known.clear()
  const asked = [...words].filter((word) => !known.has(word))
  for (let at = 0; at < asked.length; at += wordsPerStatement) {
    const { rows } = await db.query<{ word: string; stem: string | null }>(
      'select word, (ts_lexize($1::regdictionary, word))[1] as stem from unnest($2::text[]) as word',
      [dictionary, asked.slice(at, at + wordsPerStatement)],
    )
    for (const { word, stem } of rows) known.set(word, stem === null ? '' : foldAccents(stem))
  }
  return known
}

function memoryOf(db: Queryable, dictionary: string): Map<string, string> {
  const ofDatabase = remembered.get(db) ?? new Map<string, Map<string, string>>()
  remembered.set(db, ofDatabase)
  const ofDictionary = ofDatabase.get(dictionary) ?? new Map<string, string>()
  ofDatabase.set(dictionary, ofDictionary)
  return ofDictionary
}
