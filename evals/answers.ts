/** The answers suite: are questions answered from the right place, and are those left alone that the documents can't answer? */
import { z } from 'zod'
import { Fault } from '../platform/fault.ts'
import { getCollection } from '../rag/index/collections.ts'
import { removeDocuments } from '../rag/index/remove.ts'
import { answerF1, auroc, brier, calibrationError, exactMatch, mean } from './ranking.ts'
import type { SuiteReport } from './report.ts'
import { type RetrievalData, type RetrievalQuery, readRetrievalData } from './retrieval-data.ts'
import { callTool, type SuiteGround } from './tool-call.ts'

export interface AnswersReport extends SuiteReport {
  readonly suite: 'answers'
  readonly metrics: {
    readonly questions: number
    /** The first citation's sentence holds a reference answer. */
    readonly contains: number
    /** The text of any of the first three cited passages holds a reference answer. */
    readonly citation: number
    /** Any of their quotes does. */
    readonly quote: number
    readonly exact_match: number
    readonly f1: number
    /** Answered although the documents do hold the answer: 1 minus this is needless abstention. */
    readonly answered: number
    /** Of the confidence, between questions whose document is there and those whose document was removed. */
    readonly abstention_auroc: number
    /** Share of questions without their document on which it abstained. */
    readonly abstained_rightly: number
    /** Mean squared distance of the confidence from what is true, over the same questions: 0 is perfect, .25 is a coin. */
    readonly brier: number
    /** Expected calibration error: how far confidence is from the share of answerable questions, over ten bins. */
    readonly ece: number
  }
}

export interface AnswersOptions extends SuiteGround {
  /** Folder with corpus.jsonl, queries.jsonl (with `answers`) and qrels.jsonl. */
  readonly data: string
}

const collection = 'eval-answers'

const answerData = z.object({
  answer: z.string(),
  abstained: z.boolean(),
  confidence: z.number(),
  short_answer: z.string().optional(),
  citations: z.array(z.object({ document: z.string(), quote: z.string(), passage: z.string() })),
})
type AnswerData = z.output<typeof answerData>

type AbstentionMetric = 'abstention_auroc' | 'abstained_rightly' | 'brier' | 'ece'

interface Asked {
  readonly query: RetrievalQuery & { readonly answers: readonly string[] }
  readonly given: AnswerData
}

/** Throws `invalid_input` when no query carries answers. */
export async function runAnswers(options: AnswersOptions): Promise<AnswersReport> {
  const set = await readRetrievalData(options.data)
  const questions = set.queries.flatMap((query) =>
    query.answers && query.answers.length > 0 ? [{ ...query, answers: query.answers }] : [],
  )
  if (questions.length === 0) throw new Fault('invalid_input', 'No query of this set has answers; the suite needs {_id, text, answers}.')
  await callTool(options, { tool: 'ingest_documents', input: { path: set.corpus, collection }, data: z.unknown() })
  const whole = await askAll(options, questions)
  options.onProgress?.(`${whole.length} questions asked of all documents`)
  const removed = await removeHalf(options, set)
  const halved = await askAll(options, questions)
  options.onProgress?.(`${halved.length} questions asked of half of them`)
  const metrics = { ...answered(whole), ...abstention(halved, ({ query }) => isGone(set, query, removed)) }
  const verdict = `The quoted sentence holds the answer to ${percent(metrics.contains)} of ${questions.length} questions; confidence tells answerable from unanswerable with AUROC ${metrics.abstention_auroc.toFixed(3)}.`
  return { suite: 'answers', data: options.data, digest: set.digest, metrics, cases: whole.map(caseOf), verdict }
}

async function askAll(ground: SuiteGround, questions: readonly Asked['query'][]): Promise<readonly Asked[]> {
  const { onProgress: _, ...quiet } = ground
  const asked: Asked[] = []
  for (const query of questions) {
    asked.push({
      query,
      given: await callTool(quiet, { tool: 'ask_documents', input: { question: query.text, collection }, data: answerData }),
    })
  }
  return asked
}

/** Every second judged document, by id. Straight from the index: the tool would, rightly, ask a person. */
async function removeHalf({ waist, caller, signal }: SuiteGround, { judgements }: RetrievalData): Promise<ReadonlySet<string>> {
  const { db } = waist.platform
  const documents = [...new Set([...judgements.values()].flatMap((judged) => [...judged.keys()]))].sort()
  const removed = documents.filter((_, at) => at % 2 === 1)
  const place = await getCollection(db, caller.workspace, collection)
  await removeDocuments({ db, signal, step: (_name, effect) => db.transaction(effect) }, place, removed)
  return new Set(removed)
}

/** None of the documents that hold the answer are left. */
function isGone({ judgements }: RetrievalData, { _id }: RetrievalQuery, removed: ReadonlySet<string>): boolean {
  return [...(judgements.get(_id) ?? [])].every(([document, grade]) => grade <= 0 || removed.has(document))
}

function answered(asked: readonly Asked[]): Omit<AnswersReport['metrics'], AbstentionMetric> {
  const share = (holds: (one: Asked) => boolean): number => mean(asked.map((one) => (holds(one) ? 1 : 0)))
  return {
    questions: asked.length,
    contains: share(({ query, given }) => holdsAnswer(given.citations[0]?.quote, query.answers)),
    citation: share(({ query, given }) => shown(given).some(({ passage }) => holdsAnswer(passage, query.answers))),
    quote: share(({ query, given }) => shown(given).some(({ quote }) => holdsAnswer(quote, query.answers))),
    exact_match: share(({ query, given }) => exactMatch(shortest(given), query.answers)),
    f1: mean(asked.map(({ query, given }) => answerF1(shortest(given), query.answers))),
    answered: share(({ given }) => !given.abstained),
  }
}

function abstention(asked: readonly Asked[], gone: (one: Asked) => boolean): Pick<AnswersReport['metrics'], AbstentionMetric> {
  const unanswerable = asked.filter(gone)
  const forecasts = asked.map((one) => ({ chance: one.given.confidence, came: !gone(one) }))
  const confidences = (some: readonly Asked[]): number[] => some.map(({ given }) => given.confidence)
  return {
    abstention_auroc: auroc(confidences(asked.filter((one) => !gone(one))), confidences(unanswerable)),
    abstained_rightly: mean(unanswerable.map(({ given }) => (given.abstained ? 1 : 0))),
    brier: brier(forecasts),
    ece: calibrationError(forecasts),
  }
}

/** As many as the bar is about. */
const shown = ({ citations }: AnswerData): AnswerData['citations'] => citations.slice(0, 3)

const shortest = (given: AnswerData): string => given.short_answer ?? given.citations[0]?.quote ?? ''

function holdsAnswer(quote: string | undefined, answers: readonly string[]): boolean {
  const text = quote?.toLowerCase() ?? ''
  return answers.some((answer) => text.includes(answer.toLowerCase()))
}

function caseOf({ query, given }: Asked): unknown {
  const [first] = given.citations
  return {
    id: query._id,
    question: query.text,
    answers: query.answers,
    abstained: given.abstained,
    quote: first?.quote,
    short_answer: given.short_answer,
  }
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`
