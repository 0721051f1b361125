/** What people thought of answers: one rating by each caller for an answer, the latest counting. */
import type { Queryable } from '../../platform/database/database.ts'
import { Fault } from '../../platform/fault.ts'
import { scopeOf } from '../search/scope.ts'
import type { Citation } from './answer.ts'
import type { Given } from './store.ts'

export const ratings = ['up', 'down'] as const
export type Rating = (typeof ratings)[number]

export interface Feedback {
  readonly answer: string
  readonly rating: Rating
  readonly comment: string
  /** Id of who rated. */
  readonly caller: string
  readonly at: Date
}

/** Throws `not_found` when the workspace keeps no such answer (any more). */
export async function recordFeedback(
  tx: Queryable,
  workspace: string,
  { answer, rating, comment, caller, at }: Feedback,
): Promise<{ readonly question: string }> {
  const { rows } = await tx.query<{ question: string }>('select question from answers where workspace = $1 and id = $2', [
    workspace,
    answer,
  ])
  const [kept] = rows
  if (!kept)
    throw new Fault(
      'not_found',
      `There is no answer '${answer}' (any more: they are kept for 30 days). Pass the answer_id that ask_documents gave.`,
    )
  await tx.query(
    `insert into answer_feedback (answer, workspace, caller, rating, comment, at) values ($1, $2, $3, $4, $5, $6)
     on conflict (answer, caller) do update set rating = excluded.rating, comment = excluded.comment, at = excluded.at`,
    [answer, workspace, caller, rating, comment, at],
  )
  return kept
}

export type Source = Pick<Citation, 'collection' | 'document' | 'chunk'>

export interface RatedAnswer {
  readonly answer_id: string
  readonly rating: Rating
  readonly comment: string
  readonly caller: string
  readonly at: Date
  readonly question: string
  /** Absent when it rests on a document that `principals` may not read, or that is gone while they may not read everything. */
  readonly answer?: string
  readonly abstained: boolean
  readonly confidence: number
  readonly model?: string
  readonly sources: readonly Source[]
}

export interface FeedbackRequest {
  readonly rating?: Rating
  readonly since?: Date
  readonly limit: number
  /** Who looks; absent: everything may be read. */
  readonly principals?: readonly string[]
}

interface FeedbackRow extends Feedback {
  readonly question: string
  readonly given: Given
}

/** Newest first. */
export async function listFeedback(db: Queryable, workspace: string, request: FeedbackRequest): Promise<readonly RatedAnswer[]> {
  const { rating, since, limit, principals } = request
  const { rows } = await db.query<FeedbackRow>(
    `select f.answer, f.rating, f.comment, f.caller, f.at, a.question, a.given
     from answer_feedback f join answers a on a.id = f.answer and a.workspace = $1
     where f.workspace = $1 and ($2::text is null or f.rating = $2) and ($3::timestamptz is null or f.at >= $3)
     order by f.at desc, f.answer limit $4`,
    [workspace, rating ?? null, since ?? null, limit],
  )
  const readable = principals && (await readableOf(db, { workspace, principals, rows }))
  return rows.map((row) => shown(row, readable))
}

const nameOf = ({ collection, document }: Pick<Source, 'collection' | 'document'>): string => JSON.stringify([collection, document])

function shown(
  { given, answer, rating, comment, caller, at, question }: FeedbackRow,
  readable: ReadonlySet<string> | undefined,
): RatedAnswer {
  const sources = given.citations.filter((citation) => readable?.has(nameOf(citation)) ?? true)
  const whole = sources.length === given.citations.length
  return {
    answer_id: answer,
    ...{ rating, comment, caller, at, question },
    ...(whole ? { answer: given.answer } : {}),
    abstained: given.abstained,
    confidence: given.confidence,
    ...(given.model === undefined ? {} : { model: given.model }),
    sources: sources.map(({ collection, document, chunk }) => ({ collection, document, chunk })),
  }
}

/** Of the documents that the answers cite, those that are still there and may be read. */
async function readableOf(
  db: Queryable,
  {
    workspace,
    principals,
    rows,
  }: { readonly workspace: string; readonly principals: readonly string[]; readonly rows: readonly FeedbackRow[] },
): Promise<ReadonlySet<string>> {
  const cited = new Map(rows.flatMap(({ given }) => given.citations.map((citation) => [nameOf(citation), citation] as const)))
  const scope = scopeOf({ principals })
  const { rows: found } = await db.query<{ collection: string; document: string }>(
    `select c.name as collection, d.id as document
     from unnest($2::text[], $3::text[]) as cited (collection, document)
       join collections c on c.workspace = $1 and c.name = cited.collection
       join documents d on d.workspace = $1 and d.collection = c.key and d.id = cited.document and d.state = 'live'
     where ${scope.sql(4)}`,
    [
      workspace,
      [...cited.values()].map(({ collection }) => collection),
      [...cited.values()].map(({ document }) => document),
      ...scope.parameters,
    ],
  )
  return new Set(found.map(nameOf))
}
