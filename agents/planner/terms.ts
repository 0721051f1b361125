/**
 * A text as weighted terms, and the values it names. Rare words weigh more, by a table of how often words stand in requests
 * and tool descriptions at large, since a catalogue of three tools cannot tell which words are common.
 */
import { plainWords } from './lexicon.ts'
import { numberWord } from './numbers.ts'
import frequencies from './term-frequencies.json' with { type: 'json' }
import { type Sort, sortAt } from './word-sorts.ts'
import { nameParts, stem } from './words.ts'

export interface Term {
  readonly text: string
  readonly stem: string
  /** A name or quote stands for itself and needs no tool to know it. */
  readonly named: boolean
  readonly sort: Sort | undefined
  /** Nats of rarity. */
  readonly weight: number
  /** Place among all tokens, grammar included, so that neighbours can be told. */
  readonly at: number
}

export interface Value {
  readonly kind: 'name' | 'quoted' | 'number' | 'year' | 'date'
  readonly sort: Sort | undefined
}

export interface Terms {
  /** Content only, in order. */
  readonly terms: readonly Term[]
  /** Lower-case tokens, grammar and marks included. */
  readonly tokens: readonly string[]
  readonly values: readonly Value[]
}

const tokenPattern =
  /["“”][^"“”]{1,200}["“”]|(?<![\p{L}\p{N}])['‘`][^'’`]{1,120}['’`](?![\p{L}\p{N}])|\d+(?:[.,:/-]\d+)*|\p{L}[\p{L}\p{M}\p{N}_]*(?:['’.-](?=\p{L})[\p{L}\p{M}\p{N}_]+)*|[.!?;:,()[\]]/gu

/** Reads once, left to right. */
export function termsOf(text: string): Terms {
  const raw = [...text.matchAll(tokenPattern)].map(([token]) => token)
  const read = classify(raw)
  return {
    tokens: raw.map((token) => token.toLowerCase()),
    terms: read.flatMap((token) => (token.kind === 'mark' ? [] : contentOf(token))),
    values: valuesIn(read),
  }
}

interface Token {
  readonly text: string
  readonly kind: Value['kind'] | 'word' | 'mark'
  readonly sort: Sort | undefined
  readonly at: number
}

function classify(raw: readonly string[]): readonly Token[] {
  const read: Token[] = []
  let opening = true
  let known: Known | undefined
  for (const [at, text] of raw.entries()) {
    if (known === undefined || at >= known.until) known = sortedUntil(raw, at)
    const sort = known?.sort
    const found = kindOf(text, { opening, next: raw[at + 1] ?? '', sort })
    const kind = found === 'number' && read.at(-1)?.kind === 'date' ? 'date' : found
    opening = /^[.!?]$/u.test(text) || (opening && kind === 'mark')
    read.push({ text, kind, sort, at })
  }
  return read
}

/** Neighbouring names, and the parts of a date, are one value. */
function valuesIn(read: readonly Token[]): readonly Value[] {
  return read.flatMap(({ kind, sort }, at) => {
    if (kind === 'mark' || kind === 'word') return []
    const continues = kind === read[at - 1]?.kind && (kind === 'name' || kind === 'date')
    return continues ? [] : [{ kind, sort }]
  })
}

interface Known {
  readonly sort: Sort
  readonly until: number
}

function sortedUntil(tokens: readonly string[], at: number): Known | undefined {
  const found = sortAt(tokens, at)
  return found && { sort: found.sort, until: at + found.size }
}

function contentOf({ text, kind, sort, at }: Token): readonly Term[] {
  const named = kind !== 'word'
  return contentWords(text)
    .filter((part) => named || part.length > 1)
    .map((part) => ({ text: part, stem: stem(part), named, sort, weight: rarity(stem(part)), at }))
}

/** The words of a text that carry content: no grammar, no numbers. */
export const contentWords = (text: string): readonly string[] =>
  nameParts(text).filter((part) => !plainWords.has(part) && !/^\d/u.test(part))

function kindOf(
  token: string,
  { opening, next, sort }: { readonly opening: boolean; readonly next: string; readonly sort: Sort | undefined },
): Token['kind'] {
  if (/^[.!?;:,()[\]]$/u.test(token)) return 'mark'
  if (/^["“”'‘`]/u.test(token)) return 'quoted'
  if (/^(?:1[5-9]|20)\d\d$/u.test(token)) return 'year'
  if (/^\d{1,4}[-/]\d{1,2}(?:[-/]\d{1,4})?$/u.test(token)) return 'date'
  if (/^\d/u.test(token) || numberWord(token.toLowerCase()) !== undefined) return 'number'
  if (sort === 'date') return 'date'
  if (!/^\p{Lu}/u.test(token) || plainWords.has(token.toLowerCase())) return 'word'
  if (!opening || sort !== undefined) return 'name'
  return /^\p{Lu}/u.test(next) && !plainWords.has(next.toLowerCase()) ? 'name' : 'word'
}

const counts: ReadonlyMap<string, number> = new Map(
  frequencies.counts.split(' ').map((entry) => {
    const [root = '', count] = entry.split(':')
    return [root, Number(count)]
  }),
)

/** log(texts / texts with the word), known words only counted from a few texts on; the rest are as rare as can be. */
export const rarity = (root: string): number => Math.log(frequencies.texts / (counts.get(root) ?? 2))
