/** Words of a message with their places, and the stems by which words of one family meet. */

export interface Word {
  readonly text: string
  readonly lower: string
  readonly stem: string
  readonly start: number
  readonly end: number
}

const wordPattern = /[\p{L}\p{N}_$]+(?:[-.'’][\p{L}\p{N}_]+)*/gu

/** Punctuation is dropped; "churn's" is "churn"; "hold-out" is one word. `most`: of the first words only, however long the text. */
export function wordsOf(text: string, most = Number.POSITIVE_INFINITY): readonly Word[] {
  const words = text.matchAll(wordPattern).map((match) => {
    const raw = match[0].replace(/['’]s$/u, '')
    const lower = raw.toLowerCase().replaceAll('’', "'")
    return { text: raw, lower, stem: stem(lower), start: match.index, end: match.index + raw.length }
  })
  return [...words.take(most)]
}

/** "trainModel", "train_model", "train-model" -> train, model. */
export function nameWords(name: string): readonly string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((part) => part !== '')
}

/** Finer than `nameWords`, for names and texts of any catalogue: "getURLFor_side1" -> get, url, for, side, 1. */
export function nameParts(text: string): readonly string[] {
  return text
    .replace(/['’]s\b/gu, '')
    .replace(/(\p{Ll}|\d)(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{M}\p{N}]+|(?<=\p{L}{2})(?=\d)/u)
    .filter((part) => part !== '')
}

const endings: readonly (readonly [RegExp, string])[] = [
  [/ies$/, 'y'],
  [/(ss|us|is)$/, '$1'],
  [/(x|ch|sh|z)es$/, '$1'],
  [/s$/, ''],
]

/** Words whose family the rules would miss, or find where there is none. */
const irregular: ReadonlyMap<string, string> = new Map(
  Object.entries({
    stats: 'statistic',
    data: 'data',
    bias: 'bias',
    ran: 'run',
    runs: 'runs',
    built: 'build',
    made: 'make',
    sent: 'send',
    shown: 'show',
    days: 'day',
    mail: 'email',
    mails: 'email',
    'e-mail': 'email',
    'e-mails': 'email',
  }),
)

const suffixes: readonly RegExp[] = [/(ation|isation|ization)$/, /(ing|ings)$/, /(ed)$/, /(ion)$/]

/** A light suffix stripper (Porter 1980, steps 1 to 3 in spirit): enough to join train, trains, trained, training. */
export function stem(word: string): string {
  const known = irregular.get(word)
  if (known !== undefined) return known
  if (word.length < 4 || /[\d_$]/.test(word)) return word
  const ending = endings.find(([pattern]) => pattern.test(word))
  let base = ending ? word.replace(ending[0], ending[1]) : word
  const suffix = suffixes.find((pattern) => pattern.test(base) && base.replace(pattern, '').length >= 3)
  if (suffix) base = base.replace(suffix, '')
  base = base
    .replace(/(?:i[sz])$/, '')
    .replace(/e$/, '')
    .replace(/y$/, 'i')
  return base.length > 3 ? base.replace(/([bdfgmnprt])\1$/, '$1') : base
}

/** Damerau-Levenshtein, optimal string alignment: a swapped pair of letters is one slip. */
export function slips(left: string, right: string): number {
  const rows: number[][] = [Array.from({ length: right.length + 1 }, (_, column) => column)]
  for (let row = 1; row <= left.length; row++) {
    const current = [row]
    for (let column = 1; column <= right.length; column++) current.push(cell(rows, current, { left, right, row, column }))
    rows.push(current)
  }
  return rows[left.length]?.[right.length] ?? 0
}

function cell(
  rows: readonly (readonly number[])[],
  current: readonly number[],
  { left, right, row, column }: { readonly left: string; readonly right: string; readonly row: number; readonly column: number },
): number {
  const same = left[row - 1] === right[column - 1]
  const above = rows[row - 1] ?? []
  const best = Math.min((above[column - 1] ?? 0) + (same ? 0 : 1), (above[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1)
  const swapped = row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1]
  return swapped ? Math.min(best, (rows[row - 2]?.[column - 2] ?? 0) + 1) : best
}
