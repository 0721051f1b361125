/**
 * What speaks for and against a tool in a request, as numbers: how much of what is said the tool explains, how much of the
 * tool is said, whether its arguments find values. The relevance model weighs these columns.
 */
import { type Ask, answersTo, askOf } from './ask.ts'
import { synonymsOf } from './synonyms.ts'
import { rarity, type Term, type Terms, termsOf } from './terms.ts'
import { anywhere, familyKey, head, places, type ToolSlot, type ToolTerms } from './tool-terms.ts'
import { wordsForSort } from './word-sorts.ts'

export interface Request {
  readonly said: Terms
  readonly ask: Ask
  /** Whether it says a stem, a word of its family, or a thing of the sort that the stem names. */
  readonly says: (root: string) => boolean
  /** Each stem once. */
  readonly distinct: readonly Term[]
}

export function requestOf(text: string): Request {
  const said = termsOf(text)
  const distinct = [...new Map(said.terms.map((term) => [term.stem, term])).values()]
  return { said, ask: askOf(said), says: sayer(distinct), distinct }
}

/** trait -> value, most between 0 and 1; those that are not there are 0. */
export function traitsOf(request: Request, tool: ToolTerms): Readonly<Record<string, number>> {
  const met = new Map(request.distinct.map((term) => [term.stem, meet(term, tool)]))
  const pair: Pair = { request, tool, met: (term) => met.get(term.stem) ?? nothing }
  return { ...explained(pair), ...overreach(pair), ...focused(pair), ...filled(pair) }
}

interface Pair {
  readonly request: Request
  readonly tool: ToolTerms
  readonly met: (term: Term) => Meeting
}

interface Meeting {
  /** 1 for the same word, less for one of its family or sort, 0 for none. */
  readonly strength: number
  readonly where: number
}

const nothing: Meeting = { strength: 0, where: 0 }

function meet(term: Term, tool: ToolTerms): Meeting {
  const exact = tool.where.get(term.stem)
  if (exact !== undefined) return { strength: 1, where: exact }
  const family = bestRelative(term.stem, tool)
  if (family.strength > 0) return family
  if (/^[a-z]{2,5}$/u.test(term.text) && tool.initials.has(term.text)) return { strength: 0.9, where: places.name }
  const alike = synonymsOf(term.stem).reduce((bits, root) => bits | (tool.where.get(root) ?? 0), 0)
  if (alike !== 0) return { strength: synonymStrength, where: alike }
  const bySort = term.sort ? wordsForSort[term.sort].reduce((bits, root) => bits | (tool.where.get(root) ?? 0), 0) : 0
  return bySort === 0 ? nothing : { strength: 0.7, where: bySort }
}

const synonymStrength = 0.8

function bestRelative(root: string, { families, where }: ToolTerms): Meeting {
  let best = nothing
  for (const other of families.get(familyKey(root)) ?? []) {
    const strength = kinship(root, other)
    if (strength > best.strength) best = { strength, where: where.get(other) ?? 0 }
    else if (strength > 0 && strength === best.strength) best = { strength, where: best.where | (where.get(other) ?? 0) }
  }
  return best
}

/** Words of one family share their beginning: evolution, evolutionary. */
function kinship(left: string, right: string): number {
  const [short, long] = left.length < right.length ? [left, right] : [right, left]
  if (short.length < 4) return 0
  let common = 0
  while (common < short.length && short[common] === long[common]) common++
  if (common === short.length && common >= 0.5 * long.length) return 0.9
  return common >= 4 && common >= short.length - 2 && common >= 0.6 * long.length ? 0.7 : 0
}

function sayer(distinct: readonly Term[]): (root: string) => boolean {
  const said = new Set(distinct.flatMap(({ stem, sort }) => [stem, ...synonymsOf(stem), ...(sort ? wordsForSort[sort] : [])]))
  const families = Map.groupBy(
    distinct.map(({ stem }) => stem),
    familyKey,
  )
  return (root) => said.has(root) || (families.get(familyKey(root)) ?? []).some((one) => kinship(one, root) > 0)
}

const sum = (list: readonly number[]): number => list.reduce((total, one) => total + one, 0)
const weigh = (terms: readonly Term[]): number => sum(terms.map(({ weight }) => weight))
const most = (list: readonly number[]): number => Math.max(0, ...list)

/** What the request says, by where the tool knows it from. */
function explained({ request: { distinct, said }, tool, met }: Pair): Readonly<Record<string, number>> {
  const words = distinct.filter(({ named }) => !named)
  const total = weigh(distinct) || 1
  const by = (terms: readonly Term[], mask: number): number =>
    sum(terms.map((term) => ((met(term).where & mask) === 0 ? 0 : met(term).strength * term.weight)))
  const foreign = words.filter((term) => met(term).strength === 0)
  const pairs = said.terms.filter((term, at) => at > 0 && tool.pairs.has(`${said.terms[at - 1]?.stem} ${term.stem}`)).length
  return {
    'said in name': by(distinct, places.name) / total,
    'said in summary': by(distinct, places.summary) / total,
    'said in head': by(distinct, head) / total,
    'said anywhere': by(distinct, anywhere) / total,
    'words said anywhere': by(words, anywhere) / (weigh(words) || 1),
    'weight explained': Math.log1p(by(distinct, anywhere)),
    'weight explained by head': Math.log1p(by(distinct, head)),
    'weight unexplained': Math.log1p(weigh(foreign)),
    'rarest unexplained': most(foreign.map(({ weight }) => weight)) / 8,
    'words unexplained': Math.min(10, foreign.length) / 5,
    'names unexplained': Math.min(4, distinct.filter((term) => term.named && met(term).strength === 0).length) / 4,
    'neighbours kept': Math.min(3, pairs) / 3,
    'length of request': Math.log(1 + distinct.length) / 3,
  }
}

/** What the tool is about and the request does not say. */
function overreach({ request: { says }, tool }: Pair): Readonly<Record<string, number>> {
  const unsaid = (roots: readonly string[]): readonly number[] => [...new Set(roots)].filter((root) => !says(root)).map(rarity)
  const share = (roots: readonly string[]): number => 1 - sum(unsaid(roots)) / (sum([...new Set(roots)].map(rarity)) || 1)
  return {
    'name said': share(tool.name),
    'summary said': share(tool.summary),
    'unsaid in name': sum(unsaid(tool.name)) / 10,
    'rarest unsaid in name': most(unsaid(tool.name)) / 8,
    'rarest unsaid in summary': most(unsaid(tool.summary)) / 8,
    'length of summary': Math.log(1 + tool.summary.length) / 3,
  }
}

/** Whether the tool is about what is asked, or only takes it as an argument. */
function focused({ request: { ask }, tool, met }: Pair): Readonly<Record<string, number>> {
  const total = weigh(ask.focus) || 1
  const by = (mask: number): number => sum(ask.focus.map((term) => ((met(term).where & mask) === 0 ? 0 : met(term).strength * term.weight)))
  const last = ask.focus.findLast(({ named }) => !named)
  const { strength, where } = last ? met(last) : nothing
  const expected = answersTo(ask.question)
  const fits = expected !== undefined && [...tool.where].some(([root, bits]) => (bits & head) !== 0 && expected.has(root))
  return {
    'focus in head': by(head) / total,
    'focus anywhere': by(anywhere) / total,
    'asked thing in head': (where & head) === 0 ? 0 : strength,
    'asked thing anywhere': strength,
    'asked thing only an argument': where !== 0 && (where & (head | places.rest)) === 0 ? 1 : 0,
    'no focus': ask.focus.length === 0 ? 1 : 0,
    'answers the question word': fits ? 1 : 0,
    'cannot answer the question word': expected !== undefined && !fits ? 1 : 0,
  }
}

/** Whether required arguments find values in the request, and its values find arguments. */
function filled({ request: { said, distinct, says }, tool: { slots }, met }: Pair): Readonly<Record<string, number>> {
  const required = slots.filter((slot) => slot.required)
  const count = (list: readonly ToolSlot[], ...kinds: readonly ToolSlot['kind'][]): number =>
    list.filter(({ kind }) => kinds.includes(kind)).length
  const given = (...kinds: readonly string[]): number => said.values.filter(({ kind }) => kinds.includes(kind)).length
  const numbers = given('number', 'year')
  const names = given('name', 'quoted')
  const wanted = { numbers: count(required, 'number', 'numbers'), texts: count(required, 'text', 'texts'), dates: count(required, 'date') }
  const loose = runs(distinct.filter((term) => !term.named && met(term).strength === 0))
  const dates = given('date') + Math.max(0, numbers - wanted.numbers) + (said.tokens.some((token) => vagueTimes.has(token)) ? 1 : 0)
  const lacks = {
    numbers: Math.max(0, wanted.numbers - numbers),
    texts: Math.max(0, wanted.texts - names - loose),
    dates: Math.max(0, wanted.dates - dates),
    choices: required.filter((slot) => slot.kind === 'choice' && !chosen(slot, says)).length,
  }
  const room = (...kinds: readonly ToolSlot['kind'][]): number => (count(slots, ...kinds) > 0 ? 1 : 0)
  const open = count(slots, 'numbers', 'texts', 'text', 'date', 'object') > 0
  return {
    'numbers wanted': wanted.numbers / 3,
    'numbers missing': lacks.numbers / 2,
    'numbers without place': open ? 0 : Math.min(3, Math.max(0, numbers - count(slots, 'number'))) / 3,
    'texts wanted': wanted.texts / 3,
    'texts missing': Math.min(3, lacks.texts) / 2,
    'names without place': Math.min(3, Math.max(0, names - count(slots, 'text', 'texts', 'object', 'choice', 'date'))) / 3,
    'dates missing': lacks.dates,
    'date has place': given('date') > 0 ? room('date') : 0,
    'date without place': given('date') > 0 ? 1 - room('date') : 0,
    'choices missing': lacks.choices,
    'choices said': Math.min(3, slots.filter((slot) => chosen(slot, says)).length) / 3,
    'arguments required': required.length / 4,
    'arguments named': required.length === 0 ? 0 : required.filter(({ stems }) => stems.some(says)).length / required.length,
    'nothing required': required.length === 0 ? 1 : 0,
    'objects required': count(required, 'object'),
    'share filled': required.length === 0 ? 1 : 1 - sum(Object.values(lacks)) / required.length,
    'values said': Math.min(5, said.values.length) / 5,
  }
}

const chosen = ({ choices }: ToolSlot, says: (root: string) => boolean): boolean =>
  choices.some((roots) => roots.length > 0 && roots.every(says))

/** Neighbouring words are one value. */
const runs = (terms: readonly Term[]): number => terms.filter((term, at) => (terms[at - 1]?.at ?? -2) < term.at - 1).length

const vagueTimes: ReadonlySet<string> = new Set('now week month year current currently latest last next upcoming this'.split(' '))
