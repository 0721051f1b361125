/**
 * The answers that were given lately: looked up when the same is asked again, and kept for feedback to refer to. Asking is
 * hot, so rows are written in batches a moment later; what waits is looked through as well.
 */
import type { Database } from '../../platform/database/database.ts'
import { outsideTransaction } from '../../platform/database/transaction-scope.ts'
import { repairedJsonText } from '../../platform/json-text.ts'
import { normalised, wordsDigest } from './alike.ts'
import type { Answer } from './answer.ts'
import { forgetOld } from './forget.ts'

/** An answer as it is kept: without what is only true of one occasion. */
export type Given = Omit<Answer, 'id' | 'cached'>

export interface Lookup {
  readonly workspace: string
  /** See `groundDigest`. */
  readonly ground: string
  readonly question: string
}

export interface KeptAnswer extends Lookup {
  readonly id: string
  readonly given: Given
  /** Id of who asked. */
  readonly caller: string
}

/** Says whether two wordings of the same content words mean the same. */
export type Alike = (question: string, other: string) => Promise<boolean>

export interface AnswerStore {
  /** An answer given to the same question, or to one with the same content words that `alike` accepts, within the last day. */
  find(lookup: Lookup, alike: Alike): Promise<KeptAnswer | undefined>
  /** Returns its id at once; the row is written within a second. */
  keep(answer: Omit<KeptAnswer, 'id'>): string
  /** Writes what waits: before feedback refers to it, and before the database closes. */
  flush(): Promise<void>
}

export interface AnswerStoreOptions {
  readonly db: Database
  readonly now: () => Date
  readonly newId: (prefix: string) => string
  readonly log: { error(fields: Record<string, unknown>, message: string): void }
}

interface Waiting extends KeptAnswer {
  readonly words: string
  readonly at: Date
}

const batch = 25
const batchMs = 500
/** When the database is away for long, the oldest are given up rather than the memory. */
const mostWaiting = 2_000
const freshMs = 24 * 60 * 60 * 1000
const forgetEveryMs = 10 * 60 * 1000

export function createAnswerStore({ db, now, newId, log }: AnswerStoreOptions): AnswerStore {
  const waiting: Waiting[] = []
  let timer: NodeJS.Timeout | undefined
  let flushing: Promise<void> = Promise.resolve()
  let forgotten = 0

  const writeWaiting = async (): Promise<void> => {
    while (waiting.length > 0) {
      const some = waiting.slice(0, batch)
      await insertAnswers(db.background, some)
      for (const { id } of some) if (waiting[0]?.id === id) waiting.shift()
    }
    if (now().getTime() - forgotten < forgetEveryMs) return
    forgotten = now().getTime()
    await forgetOld(db.background, now())
  }
  const flush = (): Promise<void> => {
    clearTimeout(timer)
    timer = undefined
    flushing = flushing.catch(() => undefined).then(writeWaiting)
    return flushing
  }
  const flushLater = (): void => {
    timer ??= outsideTransaction(() =>
      setTimeout(() => {
        flush().catch((error: unknown) => {
          log.error({ error, waiting: waiting.length }, 'Answers cannot be kept; it is tried again.')
          if (waiting.length > 0) flushLater()
        })
      }, batchMs).unref(),
    )
  }

  return {
    find: async (lookup, alike) => {
      const words = wordsDigest(lookup.question)
      const since = new Date(now().getTime() - freshMs)
      const unwritten = waiting.filter(
        (kept) => kept.workspace === lookup.workspace && kept.ground === lookup.ground && kept.words === words && kept.at > since,
      )
      return choose([...unwritten.toReversed(), ...(await readAnswers(db, { ...lookup, words, since }))], lookup.question, alike)
    },
    keep: (answer) => {
      const id = newId('answer')
      waiting.push({ ...answer, id, words: wordsDigest(answer.question), at: now() })
      if (waiting.length > mostWaiting) waiting.shift()
      flushLater()
      return id
    },
    flush,
  }
}

async function choose(candidates: readonly KeptAnswer[], question: string, alike: Alike): Promise<KeptAnswer | undefined> {
  const same = candidates.find((kept) => normalised(kept.question) === normalised(question))
  if (same) return same
  const [nearest] = candidates
  return nearest && (await alike(question, nearest.question)) ? nearest : undefined
}

async function readAnswers(
  db: Database,
  { workspace, ground, words, since }: Lookup & { readonly words: string; readonly since: Date },
): Promise<readonly KeptAnswer[]> {
  const { rows } = await db.query<KeptAnswer>(
    `select id, workspace, ground, question, given, caller from answers
     where workspace = $1 and ground = $2 and words = $3 and at > $4 order by at desc limit 5`,
    [workspace, ground, words, since],
  )
  return rows
}

/** A batch that was written although its commit was not heard of is not written twice. */
async function insertAnswers(db: Database, answers: readonly Waiting[]): Promise<void> {
  await db.query(
    `insert into answers (id, workspace, ground, words, question, given, caller, at)
     select id, workspace, ground, words, question, given, caller, at
     from jsonb_to_recordset($1::jsonb) as row (
       id text, workspace text, ground text, words text, question text, given jsonb, caller text, at timestamptz)
     on conflict (id) do nothing`,
    [repairedJsonText(answers)],
  )
}
