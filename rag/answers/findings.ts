/** What the documents hold on a question: the passages found, their sentences weighed, and how far that is evidence. */
import { type Collection, getCollection } from '../index/collections.ts'
import { stemWords } from '../index/stems.ts'
import { tokenize } from '../language/tokens.ts'
import { type Hit, type SearchGround, search } from '../search/search.ts'
import type { AskRequest } from './answer.ts'
import { type Asked, readQuestion } from './asked.ts'
import { confidenceOf, type Evidence, evidenceOf } from './confidence.ts'
import { answerKind } from './question.ts'
import { contentWords } from './question-words.ts'
import { type Sentence, weighPassage } from './sentences.ts'
import { languageOf, rarityOf } from './terms.ts'

export interface Findings {
  /** In rank order. */
  readonly hits: readonly Hit[]
  /** Best first. */
  readonly sentences: readonly Sentence[]
  /** Undefined when nothing was found. */
  readonly evidence: Evidence | undefined
  /** 0 to 1. */
  readonly confidence: number
}

/** Passages looked at, which is more than are cited: the best sentence is not always in the best passage. */
const depth = 8

/** `request.question` is the one to search for: a follow-up has been completed before. */
export async function gather(ground: SearchGround, request: AskRequest): Promise<Findings> {
  const { workspace, question, collections, filter, principals, passages = 0 } = request
  const hits = await search(ground, {
    workspace,
    query: question,
    topK: Math.max(depth, passages),
    mode: 'hybrid',
    group: 'chunk',
    ...(collections === undefined ? {} : { collection: collections }),
    ...(filter === undefined ? {} : { filter }),
    ...(principals === undefined ? {} : { principals }),
  })
  const best = hits[0]?.score ?? 0
  const weighed = new Map<Hit, readonly Sentence[]>()
  for (const [name, own] of Map.groupBy(hits, ({ collection }) => collection)) {
    const asked = await readIn(ground, await getCollection(ground.db, workspace, name), { question, hits: own })
    for (const hit of own) weighed.set(hit, weighPassage(hit, best, asked))
  }
  const sentences = [...weighed.values()].flat().toSorted((left, right) => right.score - left.score)
  const [first] = sentences
  if (!first) return { hits, sentences, evidence: undefined, confidence: 0 }
  const passagesInOrder = hits.flatMap((hit) => weighed.get(hit)?.[0]?.passage ?? [])
  const evidence = evidenceOf(first, passagesInOrder, { kind: answerKind(question) })
  return { hits, sentences, evidence, confidence: confidenceOf(evidence) }
}

/** Each collection has its own language and its own rare words. */
async function readIn(
  { db }: SearchGround,
  collection: Collection,
  { question, hits }: { readonly question: string; readonly hits: readonly Hit[] },
): Promise<Asked> {
  const language = languageOf(question, collection)
  const content = contentWords(question, language)
  const words = hits.flatMap(({ title, text }) => tokenize(`${title}\n${text}`))
  const stems = await stemWords(db, language, [...content, ...words])
  const weights = await rarityOf(db, collection, [...new Set(content.flatMap((word) => stems.get(word) ?? []))])
  return readQuestion({ question, content, stems, weights })
}
