/** Answers without a model: the sentence that holds most of the question, or two neighbours where each holds a part of it. */
import { citationOf, citePassages, type Quote } from './cite.ts'
import type { Findings } from './findings.ts'
import type { Sentence } from './sentences.ts'
import { shortAnswer } from './short-answer.ts'
import type { Given } from './store.ts'

/** What two sentences must say together beyond the better one, as a share of the question. */
const leastGain = 0.25
/** How near the neighbour's score must come. */
const closeEnough = 0.6

const citationsShown = 3

/** Undefined when nothing was found. Only for evidence that is strong enough; see `abstain` otherwise. */
export function answerByQuote(question: string, { sentences, evidence, confidence }: Findings, most = citationsShown): Given | undefined {
  const [best] = sentences
  if (!best || !evidence) return undefined
  const quote = withNeighbour(best, sentences)
  const [first, ...others] = citePassages(sentences, most)
  const citations = [...(first ? [citationOf(best.hit, quote)] : []), ...others]
  const short = shortAnswer(best.text, question) ?? shortAnswer(quote.text, question)
  return {
    answer: quote.text,
    abstained: false,
    confidence,
    evidence,
    by: 'quote',
    citations,
    unsupported: [],
    ...(short === undefined ? {} : { shortAnswer: short }),
  }
}

/** Says that the documents do not answer, with the nearest there is. */
export function abstain({ sentences, evidence, confidence }: Findings, most = citationsShown): Given {
  const citations = citePassages(sentences, most)
  const [nearest] = citations
  const answer = nearest
    ? `The documents do not seem to answer this. The nearest passage is in '${nearest.title || nearest.document}'.`
    : 'I found nothing about this in the documents.'
  return { answer, abstained: true, confidence, ...(evidence ? { evidence } : {}), by: 'quote', citations, unsupported: [] }
}

/** The best sentence, grown by the one before or after where that says much of the question that the best does not. */
function withNeighbour(best: Sentence, sentences: readonly Sentence[]): Quote {
  const beside = sentences.find(
    (other) =>
      other.hit === best.hit &&
      Math.abs(other.ordinal - best.ordinal) === 1 &&
      other.score >= closeEnough * best.score &&
      addsTo(best, other),
  )
  if (!beside) return best
  const start = Math.min(best.start, beside.start)
  const end = Math.max(best.end, beside.end)
  return { text: best.hit.text.slice(start - best.hit.start, end - best.hit.start), start, end }
}

/** Share of the question that `other` says and `best` does not. */
function addsTo(best: Sentence, other: Sentence): boolean {
  let gain = 0
  for (const [term, share] of other.said) if (!best.said.has(term)) gain += share
  return gain >= leastGain
}
