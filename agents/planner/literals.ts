/** Values written out in a message: quoted strings, paths and URLs, numbers with their units, ratios, versions, key-value records. */
import type { Span } from './contract.ts'
import { numberWord, numberWords } from './numbers.ts'

export interface Quantity extends Span {
  readonly value: number
  readonly percent: boolean
  /** "80/20" gives its smaller part. */
  readonly ratio: boolean
}

export interface Literal extends Span {
  readonly value: string
}

const quotePattern = /"([^"]+)"|“([^”]+)”|`([^`]+)`|«([^»]+)»|(?<![\p{L}\p{N}])'([^']+)'(?![\p{L}\p{N}])/gu

export function findQuoted(text: string): readonly Literal[] {
  return [...text.matchAll(quotePattern)].map((match) => literal(match, match.slice(1).find((part) => part !== undefined) ?? ''))
}

const pathPattern =
  /(?:[a-z][a-z0-9+.-]*:\/\/[^\s"'<>]+|(?<![\p{L}\p{N}])(?:\.{1,2}\/|~\/|\/)[\p{L}\p{N}][^\s"'<>,;]*|[A-Za-z]:\\[^\s"'<>]+|(?<![\p{L}\p{N}/])[\p{L}\p{N}_-]+(?:\/[\p{L}\p{N}_.-]+)+|(?<![\p{L}\p{N}/.])[\p{L}\p{N}_-]+\.(?:csv|tsv|parquet|jsonl?|xlsx?|txt|md|pdf|html?|docx?|arrow|zip|gz)\b)/giu

/** "80/20", "a/b" and "train/test" are not paths. */
export function findPaths(text: string): readonly Literal[] {
  return [...text.matchAll(pathPattern)]
    .map((match) => literal(match, match[0].replace(/[.,;:!?)]+$/u, '')))
    .filter(({ value }) => !/^(?:\d+\/\d+(?:\/\d+)?|a\/b|train\/test|and\/or|input\/output)$/iu.test(value))
    .map((found) => ({ ...found, end: found.start + found.value.length, text: found.value }))
}

const numberPattern =
  /(?<![\p{L}\p{N}_.])(-?\d+(?:[ ,]\d{3})*(?:\.\d+)?(?:e-?\d+)?)(\s?%|\s?percent\b|\s?per cent\b)?(?![\p{L}_]|\.\d|:\d)|(?<![\p{L}\p{N}_])(\d+)(?=-(?:fold|time))/giu

export function findQuantities(text: string, taken: readonly Span[]): readonly Quantity[] {
  const ratios = [...text.matchAll(/(?<![\p{L}\p{N}.])(\d{1,2})\s?[/:-]\s?(\d{1,2})(?!\s?[/\d.])/gu)]
    .filter(([, left, right]) => Number(left) + Number(right) === 100)
    .map((match) => quantity(match, Math.min(Number(match[1]), Number(match[2])) / 100, { percent: false, ratio: true }))
  const free = (span: Span): boolean => [...taken, ...ratios].every((other) => span.end <= other.start || span.start >= other.end)
  const digits = [...text.matchAll(numberPattern)].map((match) =>
    quantity(match, Number((match[1] ?? match[3] ?? '').replace(/[ ,](?=\d{3})/g, '')), { percent: match[2] !== undefined, ratio: false }),
  )
  const spoken = [...text.matchAll(spokenPattern)].flatMap((match) => {
    const value = spokenNumber(match[0].toLowerCase(), text.slice(0, match.index), text.slice(match.index + match[0].length))
    return value === undefined
      ? []
      : [quantity(match, value, { percent: /^\s(?:percent|per cent)\b/u.test(text.slice(match.index + match[0].length)), ratio: false })]
  })
  return [...ratios, ...[...digits, ...spoken].filter(free)].sort((left, right) => left.start - right.start)
}

const spokenPattern = new RegExp(
  String.raw`\b(?:${numberWords}(?:[\s-](?:and\s)?${numberWords})*|half|third|quarter|fifth|tenth)\b(?!-)|\b${numberWords}(?=-fold)`,
  'giu',
)

function spokenNumber(word: string, before: string, rest: string): number | undefined {
  const fraction: Readonly<Record<string, number>> = { half: 0.5, third: 1 / 3, quarter: 0.25, fifth: 0.2, tenth: 0.1 }
  if (Object.hasOwn(fraction, word) && (/^\s+(?:of|the)\b/u.test(rest) || /\b(?:a|one)\s+$/iu.test(before))) return fraction[word]
  return word === 'one' || word === 'zero' ? undefined : numberWord(word)
}

/** "v4", "version 4", "release 4"; "churn-clf 2", "churn-clf:2", "churn-clf@2" when the name stands right before it. */
export function findVersions(text: string, models: readonly Span[]): readonly Quantity[] {
  const plain = [...text.matchAll(/(?<![\p{L}\p{N}_-])(?:v|versions?|revision|ver\.?)[\s.#:-]*(\d+)(?![\p{L}_]|\.\d|%)/giu)]
  const found = plain.map((match) => quantity(match, Number(match[1]), { percent: false, ratio: false }))
  for (const model of models) {
    const match = /^\s?[:@#/ ]\s?v?(\d+)(?![\p{L}\d_%]|\.\d|\s?%|\s?percent|:\d)/iu.exec(text.slice(model.end))
    if (!match) continue
    const start = model.end + match[0].length - (match[1] ?? '').length
    const span = { start, end: model.end + match[0].length, text: match[1] ?? '' }
    if (found.every((other) => other.end <= span.start || span.end <= other.start)) {
      found.push({ ...span, value: Number(match[1]), percent: false, ratio: false })
    }
  }
  return found.sort((left, right) => left.start - right.start)
}

/** Identifiers such as p_88 or pred-5512: letters with digits that are no plain word and no name of the world. */
export function findIds(text: string, taken: readonly Span[]): readonly Literal[] {
  return [
    ...text.matchAll(
      /(?<![\p{L}\p{N}_/.-])(?=[\p{L}\p{N}_-]*\d)(?=[\p{L}\p{N}_-]*\p{L})[\p{L}\p{N}]+(?:[-_][\p{L}\p{N}]+)+(?![\p{L}\p{N}_])/gu,
    ),
  ]
    .map((match) => literal(match, match[0]))
    .filter((span) => !/^\d+-(?:fold|day|hour|week|month|time)/iu.test(span.value))
    .filter((span) => taken.every((other) => span.end <= other.start || other.end <= span.start))
}

function quantity(
  match: RegExpMatchArray,
  value: number,
  { percent, ratio }: { readonly percent: boolean; readonly ratio: boolean },
): Quantity {
  const start = match.index ?? 0
  return { start, end: start + match[0].length, text: match[0], value, percent, ratio }
}

function literal(match: RegExpMatchArray, value: string): Literal {
  const start = match.index ?? 0
  return { start, end: start + match[0].length, text: match[0], value }
}
