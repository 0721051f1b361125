/**
 * Answers by quoting: the sentence of the best passages that holds most of the question, with its place in the source.
 * Nothing is made up; where the evidence is weak it says so instead. Hosted models join behind the same result later.
 */
import { type Collection, getCollection } from '../index/collections.ts'
import { tokenize } from '../language/tokens.ts'
import { type Hit, type SearchGround, search } from '../search/search.ts'
import { confidenceOf, type Evidence, evidenceOf, weakBelow } from './confidence.ts'
import { answerKind } from './question.ts'
import { type Sentence, weighSentences } from './sentences.ts'
import { shortAnswer } from './short-answer.ts'
import { rarityOf, stemWords } from './terms.ts'

export interface AskRequest {
  readonly workspace: string
  readonly question: string
  /** Absent: all collections of the workspace. */
  readonly collection?: string
}

export interface Citation {
  readonly collection: string
  readonly document: string
  readonly chunk: number
  readonly title: string
  /** Exactly [start, end) of the source, in UTF-16 units. */
  readonly quote: string
  readonly start: number
  readonly end: number
}

export interface Answer {
  readonly answer: string
  readonly abstained: boolean
  /** 0 to 1: how likely the quoted sentence belongs to an answer. */
  readonly confidence: number
  /** What the confidence rests on; absent when nothing was found. */
  readonly evidence?: Evidence
  /** The number, date or name asked for, where the question asks for one and the quote holds one. */
  readonly shortAnswer: string | undefined
  /** What the answer stands on, best first; when abstaining, the nearest that was found. */
  readonly citations: readonly Citation[]
}

const passages = 8
const citationsShown = 3
/** A further citation must come this near to the best sentence. */
const closeEnough = 0.75

export async function ask(ground: SearchGround, request: AskRequest): Promise<Answer> {
  const { question, ...where } = request
  const hits = await search(ground, { ...where, query: question, topK: passages, mode: 'hybrid', group: 'chunk' })
  const sentences = await weigh(ground, request, hits)
  const [best] = sentences
  if (!best)
    return { answer: 'I found nothing about this in the documents.', abstained: true, confidence: 0, shortAnswer: undefined, citations: [] }
  const evidence = evidenceOf(best, hits)
  const confidence = confidenceOf(evidence)
  const citations = citationsFrom(sentences, best)
  if (confidence < weakBelow) {
    const nearest = `The nearest passage is in '${best.hit.title || best.hit.document}'.`
    return {
      answer: `The documents do not seem to answer this. ${nearest}`,
      abstained: true,
      confidence,
      evidence,
      shortAnswer: undefined,
      citations,
    }
  }
  return { answer: best.text, abstained: false, confidence, evidence, shortAnswer: shortAnswer(best.text, question), citations }
}

/** Each collection has its own language and its own rare words. */
async function weigh(ground: SearchGround, { question, workspace }: AskRequest, hits: readonly Hit[]): Promise<readonly Sentence[]> {
  const kind = answerKind(question)
  const asked = tokenize(question)
  const all: Sentence[] = []
  for (const [name, own] of Map.groupBy(hits, ({ collection }) => collection)) {
    const collection: Collection = await getCollection(ground.db, workspace, name)
    const words = own.flatMap(({ title, text }) => tokenize(`${title}\n${text}`))
    const stems = await stemWords(ground.db, collection.language, [...asked, ...words])
    const terms = [...new Set(asked.flatMap((word) => stems.get(word) ?? []))]
    const rarity = await rarityOf(ground.db, collection, terms)
    all.push(...weighSentences(own, { question, kind, stems, ...rarity }))
  }
  return all.toSorted((left, right) => right.score - left.score)
}

function citationsFrom(sentences: readonly Sentence[], best: Sentence): readonly Citation[] {
  return sentences
    .filter(({ score }) => score >= closeEnough * best.score)
    .slice(0, citationsShown)
    .map(({ hit: { collection, document, chunk, title }, text, start, end }) => ({
      collection,
      document,
      chunk,
      title,
      quote: text,
      start,
      end,
    }))
}
