/**
 * What sort of thing a word names, where the world's own registers say so: currencies, countries, languages, units, months and
 * the cities that time zones are called by. The tables are Unicode's, which come with Node.
 */
import { nameParts, stem } from './words.ts'

export type Sort = 'currency' | 'country' | 'city' | 'language' | 'unit' | 'date'

/** Words by which a tool says that it takes such a thing. */
export const wordsForSort: Readonly<Record<Sort, readonly string[]>> = {
  currency: stemsOf('currency money exchange'),
  country: stemsOf('country nation location region place'),
  city: stemsOf('city location place area destination origin town'),
  language: stemsOf('language translate'),
  unit: stemsOf('unit measurement convert conversion'),
  date: stemsOf('date day time month year schedule when'),
}

/** Names of money that are other words too. */
const otherWords: ReadonlySet<string> = new Set(['won', 'real', 'mark', 'rights', 'unit', 'som', 'sol'])

type Names = readonly (readonly [string, Sort])[]

/** Written in capitals: USD. */
const codes: ReadonlyMap<string, Sort> = new Map(Intl.supportedValuesOf('currency').map((code) => [code, 'currency']))
/** Written with a capital: Japan, New York, Friday. */
const proper: ReadonlyMap<string, Sort> = new Map([...languages(), ...cities(), ...countries()])
/** Written small: yen, kilometres, tomorrow. */
const common: ReadonlyMap<string, Sort> = new Map([...units(), ...currencies(), ...calendar()])

const longest = 4

/** The longest name that begins at a token, and how many tokens it takes. */
export function sortAt(tokens: readonly string[], at: number): { readonly sort: Sort; readonly size: number } | undefined {
  const first = tokens[at] ?? ''
  const code = codes.get(first)
  if (code) return { sort: code, size: 1 }
  const capital = /^\p{Lu}/u.test(first)
  for (let size = Math.min(longest, tokens.length - at); size > 0; size--) {
    const name = tokens
      .slice(at, at + size)
      .join(' ')
      .toLowerCase()
    const sort = (capital ? proper.get(name) : undefined) ?? common.get(name)
    if (sort) return { sort, size }
  }
  return undefined
}

function languages(): Names {
  const names = new Intl.DisplayNames('en', { type: 'language' })
  const spoken = 'en fr de es it pt nl sv da nb fi pl cs ru uk tr ar he hi bn ur fa zh ja ko th vi id el la hu ro'.split(' ')
  return spoken.map((code) => [plain(names.of(code) ?? code), 'language'])
}

/** Every pair of letters is tried; those that name no country come back as they are. */
function countries(): Names {
  const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' })
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ']
  const found = letters.flatMap((first) => letters.map((second) => names.of(first + second) ?? ''))
  return [...found, 'USA', 'UK', 'US', 'UAE'].filter((name) => name !== '').map((name) => [plain(name), 'country'])
}

function cities(): Names {
  return Intl.supportedValuesOf('timeZone').map((zone) => [plain(zone.split('/').at(-1) ?? ''), 'city'])
}

/** By name and by its last word: "Japanese yen", "yen". */
function currencies(): Names {
  const names = new Intl.DisplayNames('en', { type: 'currency' })
  return [...codes.keys()].flatMap((code) => {
    const name = plain((names.of(code) ?? code).replace(/\(.*/u, ''))
    const last = name.split(' ').at(-1) ?? name
    return (otherWords.has(last) ? [name] : [name, last]).flatMap((one) => [one, `${one}s`]).map((one) => [one, 'currency'] as const)
  })
}

function units(): Names {
  const names = Intl.supportedValuesOf('unit').filter(
    (unit) => !/^(?:percent|stone|second|minute|hour|day|week|month|year|degree)$/u.test(unit),
  )
  return [...names.flatMap((unit) => [unit, `${unit}s`]), 'feet', 'inches'].map((unit) => [plain(unit), 'unit'])
}

function calendar(): Names {
  const name = (time: number, options: Intl.DateTimeFormatOptions): string =>
    new Date(time).toLocaleDateString('en', { ...options, timeZone: 'UTC' }).toLowerCase()
  const months = Array.from({ length: 12 }, (_, month) => Date.UTC(2024, month, 1))
  const days = Array.from({ length: 7 }, (_, day) => Date.UTC(2024, 0, 1 + day))
  return [
    ...months
      .flatMap((time) => [name(time, { month: 'long' }), name(time, { month: 'short' })])
      .filter((month) => !/^ma[ry]$/u.test(month)),
    ...days.map((time) => name(time, { weekday: 'long' })),
    ...'today tomorrow yesterday tonight weekend'.split(' '),
  ].map((one) => [one, 'date'])
}

function plain(name: string): string {
  return nameParts(name.normalize('NFD').replace(/\p{M}/gu, '')).join(' ')
}

function stemsOf(words: string): readonly string[] {
  return words.split(' ').map(stem)
}
