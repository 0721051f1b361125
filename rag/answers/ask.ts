/**
 * An answer from the documents:
 *   kept answer? -> follow-up made whole -> search and weigh -> weak evidence? abstain -> model, each sentence checked, or quotes
 * Nothing is made up; where the evidence is weak it says so, before any model is asked.
 */
import { type Collection, getCollection, listCollections } from '../index/collections.ts'
import type { Answer, AnswerEvent, AskGround, AskRequest, FoundPassage, OnAnswerEvent } from './answer.ts'
import { weakBelow } from './confidence.ts'
import { type Findings, gather } from './findings.ts'
import { completeFollowUp } from './follow-up.ts'
import { groundDigest } from './ground-digest.ts'
import { answerByModel } from './model-answer.ts'
import { abstain, answerByQuote } from './quote.ts'
import { rewriteFollowUp } from './rewrite.ts'
import type { Given } from './store.ts'

/** Two wordings with the same content words whose vectors are at least this near ask the same. */
const sameQuestion = 0.85

/** `onEvent` is told what happens on the way. Throws `not_found` for an unknown collection. */
export async function ask(ground: AskGround, request: AskRequest, onEvent: OnAnswerEvent = ignore): Promise<Answer> {
  const collections = await collectionsOf(ground, request)
  const digest = groundDigest(request, collections, { model: ground.generator?.name, reranker: ground.reranker?.name })
  const answer = (await keptAnswer(ground, request, { digest, collections })) ?? (await newAnswer(ground, request, { digest, onEvent }))
  if (answer.cached && !answer.abstained) onEvent({ type: 'text', text: answer.answer })
  onEvent({ type: 'answer', answer })
  return answer
}

/** The same, as a stream of its events; the last one carries the answer. Leaving the stream early ends the work at its next step. */
export async function* askStream(ground: AskGround, request: AskRequest): AsyncIterable<AnswerEvent> {
  const events: AnswerEvent[] = []
  const left = new AbortController()
  let wake = Promise.withResolvers<void>()
  const work = ask({ ...ground, signal: AbortSignal.any([ground.signal, left.signal]) }, request, (event) => {
    events.push(event)
    wake.resolve()
  })
  let done = false
  const ended = work.then(
    () => undefined,
    () => undefined,
  )
  void ended.then(() => {
    done = true
    wake.resolve()
  })
  try {
    for (;;) {
      yield* events.splice(0)
      if (done) break
      await wake.promise
      wake = Promise.withResolvers<void>()
    }
    yield* events.splice(0)
    await work
  } finally {
    left.abort()
    await ended
  }
}

const ignore = (): void => undefined

async function collectionsOf({ db }: AskGround, { workspace, collections }: AskRequest): Promise<readonly Collection[]> {
  if (collections === undefined) return listCollections(db, workspace)
  return Promise.all([...new Set(collections)].sort().map((name) => getCollection(db, workspace, name)))
}

async function keptAnswer(
  { answers, embedders, signal }: AskGround,
  { workspace, question, cache = true }: AskRequest,
  { digest, collections }: { readonly digest: string; readonly collections: readonly Collection[] },
): Promise<Answer | undefined> {
  if (!answers || !cache) return undefined
  const kept = await answers.find({ workspace, ground: digest, question }, async (one, other) => {
    const embedder = await embedders.find(collections[0]?.embedder ?? '')
    const [left = [], right = []] = embedder ? await embedder.embed([one, other], signal, 'query') : []
    return dot(left, right) >= sameQuestion
  })
  return kept && { ...kept.given, id: kept.id, cached: true }
}

const dot = (left: ArrayLike<number>, right: ArrayLike<number>): number => {
  let sum = 0
  for (let at = 0; at < left.length; at++) sum += (left[at] ?? 0) * (right[at] ?? 0)
  return sum
}

async function newAnswer(
  ground: AskGround,
  request: AskRequest,
  { digest, onEvent }: { readonly digest: string; readonly onEvent: OnAnswerEvent },
): Promise<Answer> {
  const { workspace, question, caller = 'internal' } = request
  const searched = await standalone(ground, request)
  if (searched !== question) onEvent({ type: 'searching', question: searched })
  const findings = await gather(ground, { ...request, question: searched })
  onEvent({ type: 'passages', passages: findings.hits.map(found), confidence: findings.confidence })
  const answered = await answerFrom(ground, { request, searched, findings, onEvent })
  const given: Given = searched === question ? answered : { ...answered, searched }
  // What a note tells of belongs to this occasion: such an answer is kept for feedback, never given again.
  const lasting = given.note === undefined ? digest : `once ${digest}`
  const id = ground.answers?.keep({ workspace, ground: lasting, question, given, caller })
  return { ...given, cached: false, ...(id === undefined ? {} : { id }) }
}

async function standalone({ generator, signal }: AskGround, { question, history = [] }: AskRequest): Promise<string> {
  if (history.length === 0) return question
  const rewritten = generator && (await rewriteFollowUp({ generator, signal }, question, history))
  return rewritten ?? completeFollowUp(question, history)
}

interface Answering {
  readonly request: AskRequest
  readonly searched: string
  readonly findings: Findings
  readonly onEvent: OnAnswerEvent
}

async function answerFrom({ generator, signal }: AskGround, { request, searched, findings, onEvent }: Answering): Promise<Given> {
  const { passages } = request
  if (findings.confidence < weakBelow) return abstain(findings, passages)
  const onText = (text: string): void => onEvent({ type: 'text', text })
  if (generator) {
    const byModel = await answerByModel({ generator, signal, onText }, { question: searched, findings, passages })
    if (byModel?.by === 'quote') onText(byModel.answer)
    return byModel ?? abstain(findings, passages)
  }
  const quote = answerByQuote(searched, findings, passages)
  if (quote) onText(quote.answer)
  return quote ?? abstain(findings, passages)
}

const found = ({ collection, document, chunk, title, text, start, end, score, page }: Findings['hits'][number]): FoundPassage => ({
  ...{ collection, document, chunk, title, text, start, end, score },
  ...(page === undefined ? {} : { page }),
})
