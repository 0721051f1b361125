/** A message cut into what it asks one after another, with what it forbids and on which condition. */
import type { Span } from './contract.ts'
import { startsWithDeed } from './ideas.ts'
import type { Reading } from './reading.ts'

export interface Clause {
  readonly start: number
  readonly end: number
  readonly negated: boolean
  /** In the person's words: "it drifted". */
  readonly condition?: string
  /** Where the condition stands. */
  readonly conditionAt?: { readonly start: number; readonly end: number }
  /** Tells something and asks for nothing: "the new version is bad". */
  readonly tells: boolean
  /** Begins after "then", "after that", …: a step of its own even when it says little. */
  readonly next: boolean
}

const opener = String.raw`(?:(?:please|also|then|now|only|just|instead|kindly|finally|you|can|could|to|i|want|need|first|so|afterwards|,)\s+)*`
const sequence =
  /(?:[.;!?]\s*|,?\s+(?:and\s+|but\s+)?|^)(?:then|after that|after this|afterwards|after which|next|finally|subsequently|lastly|followed by|once (?:that is |that's |it is |it's )?(?:done|finished|complete|ready))\b,?\s*/giu
const sentence = /[.!?;]+(?=\s|$)|\n+|\s[-–—]{1,2}\s/gu
const joint =
  /,\s*(?:and|but|plus|or|yet)?\s*|\s+(?:and|but|plus|&|as well as)(?:\s+|,\s*)|\s+(?=without\s+\p{L}+ing\b)|:\s+(?=(?:do not|don't|never)\b)/giu
const light =
  /^(?:put|give|show|tell|move|send|use|make|set|what|how|which|who|why|where|is|are|does|has|did|do|don't|never|not|if|unless|without|register|let|take|bring|turn|get|keep|see|name|call)\b/iu
const prohibition =
  "(?:do not|don't|don’t|dont|never mind|never|no need to|avoid|refrain from|hold off|without|not|must not|should not|no(?= \\p{L}+ing\\b)|shouldn't|by no means|under no circumstances|instead of|rather than|forget about|skip)"
const negation = new RegExp(String.raw`^${opener}(?:but\s+|otherwise\s+|else\s+|or else\s+)?(?:${prohibition}|do nothing)\b`, 'iu')
/** After a prohibition a comma ends it, unless what follows is another thing that is forbidden. */
const turn = /,\s*(?:but\s+)?(?=(?:just|only|simply|rather|instead|please|i|we|you|it|that|its)\b)/giu
const condition =
  /^(?:but |and |only )*(?:if|unless|in case|provided(?: that)?|as long as|assuming|should|once|when|whenever|as soon as)\s+(.+?)(?:,\s*(?:then\s+)?|\s+then\s+|:\s*)(.+)$/isu
const trailing = /^(.+?),?\s+(?:but |and )?(?:only )?(?:if|unless|in case|provided(?: that)?|as long as|when|once|as soon as)\s+(.+)$/isu

export function clausesOf(reading: Reading): readonly Clause[] {
  const masked = mask(reading)
  const pieces = exclusionsKept(cut(masked), masked)
  const clauses = pieces
    .map((piece) => withCondition(trimmed(piece, masked), masked, reading))
    .filter((clause) => clause.end > clause.start)
  return clauses.map((clause, at) => answered(clause, clauses[at - 1], reading))
}

/** "if so" depends on what was asked just before. */
function answered(clause: Clause, last: Clause | undefined, { text }: Reading): Clause {
  if (!last || clause.condition === undefined || !/^(?:so|yes|not|no|that case)$/iu.test(clause.condition)) return clause
  const { conditionAt: _, ...rest } = clause
  return { ...rest, condition: `${/^not?$/iu.test(clause.condition) ? 'not ' : ''}${text.slice(last.start, last.end).trim()}` }
}

interface Piece {
  readonly start: number
  readonly end: number
  readonly next: boolean
}

/** Values become x's of the same length, so that no comma or dot inside them cuts. */
function mask({ text, entities, paths, quoted, quantities, ids, row }: Reading): string {
  const chars = [...text].length === text.length ? text.split('') : Array.from({ length: text.length }, (_, at) => text.charAt(at))
  for (const { start, end } of [...entities, ...paths, ...quoted, ...quantities, ...ids, ...(row ? [row] : [])]) chars.fill('x', start, end)
  return chars.join('')
}

interface Cut {
  readonly at: number
  readonly resume: number
  readonly next: boolean
}

function cutsIn(text: string): readonly Cut[] {
  const cuts: Cut[] = []
  for (const match of text.matchAll(sequence)) cuts.push({ at: match.index, resume: match.index + match[0].length, next: true })
  for (const match of text.matchAll(sentence)) cuts.push({ at: endOfMark(match), resume: match.index + match[0].length, next: false })
  for (const match of text.matchAll(joint)) {
    const resume = match.index + match[0].length
    if (startsDeed(text.slice(resume)) && !insideCondition(text, match.index)) cuts.push({ at: match.index, resume, next: false })
  }
  for (const match of text.matchAll(turn)) {
    const from = Math.max(0, ...cuts.filter(({ at }) => at < match.index).map(({ resume }) => resume))
    if (negation.test(text.slice(from, match.index).trimStart()))
      cuts.push({ at: match.index, resume: match.index + match[0].length, next: false })
  }
  return cuts
}

function cut(text: string): readonly Piece[] {
  const pieces: Piece[] = []
  let start = 0
  let next = false
  for (const one of cutsIn(text).toSorted((left, right) => left.at - right.at)) {
    if (one.resume <= start) {
      next ||= one.next
      continue
    }
    if (one.at > start) pieces.push({ start, end: one.at, next })
    start = one.resume
    next = one.next || (next && one.at <= start && pieces.length === 0)
  }
  pieces.push({ start, end: text.length, next })
  return pieces.filter((piece) => /[\p{L}\p{N}]/u.test(text.slice(piece.start, piece.end)))
}

/** "but not with x" forbids a value of the deed before it, not a deed. */
function exclusionsKept(pieces: readonly Piece[], text: string): readonly Piece[] {
  const kept: Piece[] = []
  for (const piece of pieces) {
    const said = text.slice(piece.start, piece.end).trimStart()
    const last = kept.at(-1)
    if (last && !piece.next && valueExcluded.test(said)) kept[kept.length - 1] = { ...last, end: piece.end }
    else kept.push(piece)
  }
  return kept
}

const valueExcluded = /^(?:but\s+)?(?:not|never|without)\s+(?:with|using|to|on|for|in|as|by|the|a|an)\b/iu

/** A question mark stays with its sentence. */
const endOfMark = (match: RegExpMatchArray): number => (match.index ?? 0) + (match[0].startsWith('?') ? 1 : 0)

function startsDeed(rest: string): boolean {
  const after = rest.replace(new RegExp(`^${opener}`, 'iu'), '')
  if (light.test(after)) return true
  return startsWithDeed(after)
}

/** The comma that ends "if …," belongs to the condition. */
function insideCondition(text: string, at: number): boolean {
  const from = Math.max(...['.', ';', '!', '?', '\n'].map((mark) => text.lastIndexOf(mark, at - 1))) + 1
  return openCondition.test(text.slice(from, at).trimStart())
}

/** A condition at the beginning, or after a comma or a joining word, that no comma has ended yet. */
const openCondition =
  /(?:^|,\s*|\b(?:and|but|then),?\s+)(?:but |and |only |then )*(?:if|unless|in case|provided|as long as|assuming|should|once|when|whenever|as soon as)\b[^,]*$/iu

const trimmed = (piece: Piece, text: string): Piece => ({
  ...piece,
  start: piece.end - text.slice(piece.start, piece.end).trimStart().length,
})

function withCondition(piece: Piece, masked: string, { text }: Reading): Clause {
  const said = masked.slice(piece.start, piece.end)
  const base = {
    ...piece,
    negated: negation.test(said.trimStart()),
    tells: statement.test(said.trimStart()) && !conditionWord.test(said.trimStart()),
  }
  const leading = ifSo.exec(said) ?? condition.exec(said) ?? uncommaed(said)
  if (leading) {
    const [, when = '', rest = ''] = leading
    const actionAt = piece.start + said.length - rest.length
    const whenAt = piece.start + said.indexOf(when)
    return conditional({ ...base, start: actionAt, negated: negation.test(rest) }, { start: whenAt, end: whenAt + when.length }, text)
  }
  const after = trailing.exec(said)
  if (!after || /\b(?:alert|warn|notify|tell|know|ping|page|monitor|watch|ask)\b/iu.test(after[1] ?? '')) return base
  const [, action = '', when = ''] = after
  const whenAt = piece.end - when.length
  return conditional({ ...base, end: piece.start + action.length }, { start: whenAt, end: piece.end }, text)
}

/** Somebody or something, then a verb of being: neither an order nor a question. */
const statement =
  /^(?!(?:what|which|who|whose|how|why|where|when|is|are|was|were|has|have|does|do|did|can|could|will|would|should)\b)(?:\p{L}+\s+){0,2}(?:x{3,}|it|this|that|they|everything|something|[\p{L}-]+)\s+(?:is|are|was|were|has been|have been|looks?|seems?|keeps?|got|went|feels?|sounds?)\b(?![^?]*\?)(?!\s+(?:to|supposed|meant|due)\b)/iu

const ifSo = /^(?:but |and )?(?:if (?=(?:so|yes|not|no)\b)|in (?=that case))(so|yes|not|no|that case)\b[,:]?\s+(?:then\s+)?(.+)$/isu
const conditionWord = /^(?:but |and |only )*(?:if|unless|in case|provided|as long as|assuming|should|once|when|whenever|as soon as)\b/iu

/** "if the accuracy is above 0.9 promote it": the order begins where a deed has something to be done to. */
function uncommaed(said: string): readonly [string, string, string] | undefined {
  const opening = conditionWord.exec(said)
  if (!opening) return undefined
  const from = opening[0].length
  for (const match of said.slice(from).matchAll(/\s(?=\p{L}+\s+(?:x{3,}|it|its|this|that|them|the|a|an|my|our)\b)/giu)) {
    const at = from + match.index
    const rest = said.slice(at + 1)
    if (said.slice(from, at).trim().split(/\s+/u).length > 1 && startsWithDeed(rest)) return [said, said.slice(from, at).trim(), rest]
  }
  return undefined
}

/** "unless" turns the condition round, so it stays with it. */
function conditional(clause: Clause, at: { readonly start: number; readonly end: number }, text: string): Clause {
  const unless = /\bunless\s+$/iu.test(text.slice(0, at.start)) ? 'unless ' : ''
  return { ...clause, condition: `${unless}${text.slice(at.start, at.end).trim()}`, conditionAt: at }
}

export const joined = (first: Clause, second: Clause): Clause => ({
  ...first,
  end: Math.max(first.end, second.end),
  start: Math.min(first.start, second.start),
  ...(second.condition === undefined ? {} : { condition: second.condition }),
  ...(second.conditionAt === undefined ? {} : { conditionAt: second.conditionAt }),
})

export const textOf = (reading: Reading, { start, end }: Pick<Span, 'start' | 'end'>): string => reading.text.slice(start, end)
