/**
 * A model's sentences against the passages they cite. A sentence stays when its passages say it, with the citations that help to
 * say it; where others say it, those are cited instead. The rest is left out of the answer, and listed: a mark beside a sentence
 * is lost when somebody copies it, a sentence that is not there cannot mislead.
 */
import type { Hit } from '../search/search.ts'
import type { Citation, Unsupported } from './answer.ts'
import { citationOf } from './cite.ts'
import type { DraftSentence } from './draft.ts'
import { bearsOut, type Claim, claimOf, type Finding, readForSupport } from './support.ts'

export interface Verifier {
  /** The sentence with its citations, numbered in the order they first come; undefined when it does not stand. */
  check(sentence: DraftSentence): string | undefined
  /** Of the sentences that stood: `[1]` is the first. */
  citations(): readonly Citation[]
  unsupported(): readonly Unsupported[]
}

interface Cited {
  readonly hit: Hit
  readonly finding: Finding
}

/** Of a claim's words that a passage must have for its citation to stay beside others. */
const helps = 0.3
/** Most passages for one sentence. */
const mostCited = 3

/** `hits` as the prompt numbered them, from 1. */
export function openVerifier(hits: readonly Hit[]): Verifier {
  const readers = hits.map(readForSupport)
  const numbers = new Map<Hit, number>()
  const citations: Citation[] = []
  const unsupported: Unsupported[] = []

  const numberOf = ({ hit, finding }: Cited): number => {
    const known = numbers.get(hit)
    if (known !== undefined) return known
    citations.push(citationOf(hit, finding.quote))
    numbers.set(hit, citations.length)
    return citations.length
  }

  return {
    check: ({ text, cited, newLine }) => {
      if (!/[\p{L}\p{N}]/u.test(text)) return undefined
      const claim = claimOf(text)
      const found = hits.map((hit, at): Cited => ({ hit, finding: findIn(readers[at], claim) }))
      const wanted = cited.flatMap((number) => found[number - 1] ?? [])
      const standing = standingFor({ text, claim }, wanted) ?? bestAlone({ text, claim }, found)
      if (!standing) {
        unsupported.push({ sentence: text, reason: cited.length === 0 ? 'uncited' : 'unsupported' })
        return undefined
      }
      const marks = standing.map((one) => `[${numberOf(one)}]`).join('')
      return `${newLine ? '\n' : ' '}${withMarks(text, marks)}`
    },
    citations: () => citations,
    unsupported: () => unsupported,
  }
}

interface Said {
  readonly text: string
  readonly claim: Claim
}

const nothing: Finding = {
  words: new Set(),
  figures: new Set(),
  quote: { text: '', start: 0, end: 0, share: 0 },
  contradicts: false,
}

const findIn = (reader: ((claim: Claim) => Finding) | undefined, claim: Claim): Finding => reader?.(claim) ?? nothing

/** Those of the cited passages that help, when together they bear the sentence out. */
function standingFor({ text, claim }: Said, cited: readonly Cited[]): readonly Cited[] | undefined {
  const helping = cited
    .filter(({ finding }) => helpsWith(claim, finding))
    .toSorted((left, right) => right.finding.quote.share - left.finding.quote.share)
    .slice(0, mostCited)
  const stands = bearsOut(claim, findingsOf(helping)) && addressesAreIn(text, helping)
  return helping.length > 0 && stands ? helping : undefined
}

/** The one passage that says it best, where the model named none that does. */
function bestAlone({ text, claim }: Said, found: readonly Cited[]): readonly Cited[] | undefined {
  const alone = found.filter((one) => bearsOut(claim, [one.finding]) && addressesAreIn(text, [one]))
  const [best] = alone.toSorted((left, right) => right.finding.quote.share - left.finding.quote.share)
  return best && [best]
}

const findingsOf = (cited: readonly Cited[]): readonly Finding[] => cited.map(({ finding }) => finding)

function helpsWith({ words, figures }: Claim, finding: Finding): boolean {
  if (finding.contradicts) return false
  return finding.figures.size > 0 || finding.words.size >= helps * Math.max(1, words.length + figures.length)
}

/** An address is where a reader may be sent: it must be in the passage letter by letter. */
function addressesAreIn(text: string, cited: readonly Cited[]): boolean {
  const addresses = text.match(/\b(?:[a-z]+:\/\/|www\.)[^\s<>"')\]]+|[\w.+-]+@[\w-]+\.[\w.]+/giu) ?? []
  return addresses.every((address) => cited.some(({ hit }) => hit.text.includes(address.replace(/[.,;:!?]+$/u, ''))))
}

/** Before the full stop. */
function withMarks(text: string, marks: string): string {
  const end = /[.!?。！？।؟]["'”’»)]*$/u.exec(text)
  return end ? `${text.slice(0, end.index).trimEnd()} ${marks}${end[0]}` : `${text} ${marks}`
}
