/** What a request asks for: its question word, and the thing asked about. */
import type { Term, Terms } from './terms.ts'
import { stem } from './words.ts'

/** Verbs by which an order to a tool begins; what follows them is the thing asked for. */
const orderVerbs: ReadonlySet<string> = new Set(
  `
  calculate compute estimate convert solve evaluate determine predict assess analyze analyse measure sum count forecast integrate
  get retrieve fetch find search look lookup list show check query read locate view identify provide display discover return info
  details detail create generate make draw plot write design build compose produce paint render add update set book order delete
  remove send file buy purchase play modify change reserve schedule cancel post start stop open turn run execute submit register
  log upload import
  `
    .trim()
    .split(/\s+/u)
    .map(stem),
)

export interface Ask {
  /** "who", "how many", "none" for an order. */
  readonly question: string
  /** The first run of content after the question word or the order: "mass" in "what is the mass of an electron". */
  readonly focus: readonly Term[]
}

export function askOf({ terms, tokens }: Pick<Terms, 'terms' | 'tokens'>): Ask {
  const { start, end } = askingSentence(tokens)
  const { question, from } = questionIn(tokens, start, end)
  const inside = terms.filter(({ at }) => at >= start && at < end)
  const order = inside.find(({ stem: root }) => orderVerbs.has(root))
  const candidates = inside.filter((term) => term.at >= from && !(question === 'none' && term === order))
  return { question, focus: firstRun(candidates, tokens) }
}

/** The last sentence that asks, else the first that orders, else the first. */
function askingSentence(tokens: readonly string[]): { readonly start: number; readonly end: number } {
  const ends = tokens.flatMap((token, at) => (/^[.!?;]$/u.test(token) ? [at] : []))
  const starts = [0, ...ends.map((at) => at + 1)].filter((at) => at < tokens.length)
  const endOf = (start: number): number => ends.find((at) => at >= start) ?? tokens.length
  const orders = (start: number): boolean => tokens[start] === 'please' || orderVerbs.has(stem(tokens[start] ?? ''))
  const start = starts.findLast((at) => tokens[endOf(at)] === '?') ?? starts.find(orders) ?? 0
  return { start, end: endOf(start) }
}

const questionWord = /^(?:who|whom|whose|what|which|when|where|why|how)(?:'s)?$/u

function questionIn(tokens: readonly string[], start: number, end: number): { readonly question: string; readonly from: number } {
  const at = tokens.slice(start, end).findIndex((token) => questionWord.test(token))
  if (at < 0) return { question: 'none', from: start }
  const from = start + at + 1
  const word = (tokens[from - 1] ?? '').replace(/'s$/u, '')
  const next = tokens[from] ?? ''
  return { from, question: word === 'how' && /^(?:to|many|much|long|far|old|tall)$/u.test(next) ? `how ${next}` : word }
}

const breaks: ReadonlySet<string> = new Set(
  'of in for to from with given by on at between if when using after before that which who and or as about into is are was were be has have do does did can could would will per over'.split(
    ' ',
  ),
)
const longestFocus = 5

function firstRun(terms: readonly Term[], tokens: readonly string[]): readonly Term[] {
  const run: Term[] = []
  for (const term of terms) {
    const last = run.at(-1)
    const between = last ? tokens.slice(last.at + 1, term.at) : []
    if (run.length === longestFocus || between.some((token) => breaks.has(token) || /^[^\p{L}]/u.test(token))) break
    run.push(term)
  }
  return run
}

/** question -> words of a tool that can answer it. */
const answerWords: Readonly<Record<string, string>> = {
  who: 'person people player author artist scientist composer president winner actor director name leader inventor discoverer creator monarch ruler founder owner member lawyer team user employee contact celebrity king queen painter sculptor',
  when: 'date time year schedule day hour duration calendar period timeline event birth',
  where: 'location place address find near nearby city venue direction country store local restaurant region position site map',
  'how long': 'time duration period year hour day',
  'how far': 'distance route',
  'how many': 'count number amount total quantity population calculate',
  'how much': 'amount price cost total quantity calculate estimate money fee',
  'how old': 'age birth',
  'how tall': 'height dimension',
}

const answerStems: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries(answerWords).map(([question, words]) => [question, new Set(words.split(' ').map(stem))]),
)

/** Stems by which a tool shows that it answers such a question; undefined where any tool might. */
export const answersTo = (question: string): ReadonlySet<string> | undefined => answerStems.get(question)
