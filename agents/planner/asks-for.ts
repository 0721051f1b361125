/**
 * Whether a message asks for a tool, judged by the planner's own reading of it and without the names of any world. What changes
 * something counts as asked for only by an order whose own verb is the tool's deed: a question about it, a report of it, a
 * prohibition, a quoted or pasted order do not. `invoke` trusts this where text from outside stands in the thread.
 */
import { type Clause, clausesOf } from './clauses.ts'
import { emptyWorld, type PlannerTool } from './contract.ts'
import { ideasOfText } from './ideas.ts'
import { type Reading, read, within } from './reading.ts'
import { type Candidate, indexOf, rank } from './retrieve.ts'

const leastShare = 0.5
const leastEvidence = 0.9
/** Nats that a tool may lie behind the best one of the clause. */
const mostBehind = 1

export function asksFor(message: string, tool: string, catalogue: readonly PlannerTool[]): boolean {
  const index = indexOf(catalogue)
  const reading = read(message, emptyWorld)
  const pasted = pastedFrom(message)
  return clausesOf(reading).some((clause) => {
    if (clause.negated) return false
    const ranked = rank(index, within(reading, clause), () => true)
    const own = ranked.find(({ known }) => known.tool.name === tool)
    if (!own || !speaksOf(own, ranked)) return false
    return own.known.tool.effect === 'read' || (clause.start < pasted && orders(clause, reading, own) && isAmongBest(own, ranked))
  })
}

/** The clause speaks of this tool about as much as of any other, by its deeds alone. */
function speaksOf({ said }: Candidate, ranked: readonly Candidate[]): boolean {
  return said >= leastEvidence && said >= leastShare * Math.max(...ranked.map((other) => other.said))
}

const isAmongBest = (own: Candidate, ranked: readonly Candidate[]): boolean => own.score >= (ranked[0]?.score ?? 0) - mostBehind

/** Courtesy and wishes before an order. */
const opening =
  /^(?:\W|(?:please|kindly|just|also|and|then|now|next|first|finally|afterwards|after that|so|ok|okay|hi|hello|yes|go ahead|(?:can|could|would|will) you|(?:i|we)(?:'d| would)? (?:want|need|like)(?: you)? to|(?:i|we) must|let's|let us|help me|to)\b)*/iu

/** Verbs that say nothing by themselves: the deed stands behind them. */
const light = /^(?:put|make|set|give|move|start|begin)\b/iu

/** The clause is an order, and the verb that it begins with is what the tool does. */
function orders({ start, end, tells }: Clause, { text, ideas }: Reading, { known }: Candidate): boolean {
  if (tells || isQuestion(text, start, end)) return false
  const verb = start + (opening.exec(text.slice(start, end))?.[0].length ?? 0)
  if (light.test(text.slice(verb, end))) return true
  const deeds = deedsOf(known.tool)
  return ideas.some((hit) => hit.start === verb && deeds.has(hit.idea))
}

/** By its own first word or by the mark at the end of its sentence, unless it is an order in the form of a question. */
function isQuestion(text: string, start: number, end: number): boolean {
  const from = 1 + Math.max(-1, ...[...text.slice(0, start).matchAll(/[.!?](?=\s)|\n/gu)].map(({ index }) => index))
  const until = /[.!?](?=\s|$)|\n/u.exec(text.slice(end - 1))?.[0]
  if (questionWord.test(text.slice(start, end))) return true
  return until === '?' && !politeOrder.test(text.slice(from, end))
}

const questionWord =
  /^\W*(?:and |but |so )?(?:what|who|whom|whose|which|when|where|why|how|is|are|was|were|do|does|did|has|have|had|should|shall|may|might|must|would i|could i|can i|will it)\b/iu

/** "Could you …?": a question in form only. */
const politeOrder = /^\W*(?:and |so |please,? |hi,? |hello,? )*(?:can|could|would|will) you\b/iu

/** What a tool does: its name, and the verbs that its title and its description begin with. */
function deedsOf({ name, title, description }: PlannerTool): ReadonlySet<string> {
  const first = [title, description].flatMap((text) => ideasOfText(text).filter(({ start }) => start === 0))
  return new Set([...ideasOfText(name), ...first].map(({ idea }) => idea))
}

/** Where text begins that the person passes on rather than says: after "the mail says:", in a quotation or a code block. */
function pastedFrom(message: string): number {
  const introduced =
    /\b(?:says?|said|reads?|writes?|wrote|states?|stated|received|got|pasted?|quotes?|quoted|forwarded|following|below|here (?:is|are)|here's|this (?:is|was)|content|contents|text|e-?mail|message|document|page|file|ticket|note)\b[^.!?\n]{0,60}:/iu.exec(
      message,
    )
  const marked = /^\s*(?:>|```|-{3,}|from:|subject:)/imu.exec(message)
  return Math.min(introduced?.index ?? message.length, marked?.index ?? message.length)
}
