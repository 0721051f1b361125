/**
 * What a training has done so far, kept so that the next process goes on from it: scores of finished folds as rows, states
 * of half-done fits as blobs named by rows. Writing happens on the side; a training never waits for it.
 */
import { writeFile } from 'node:fs/promises'
import { z } from 'zod'
import type { Blobs } from '../../platform/blobs.ts'
import type { Queryable } from '../../platform/database/database.ts'
import { decodeState, encodeState, type FitState } from './fit-state.ts'
import type { FoldScore } from './jobs.ts'

export interface Checkpoints {
  /** Whose they are; part of every job's key. */
  readonly run: string
  /** Least milliseconds between two states of a fit, and between two writings of results. */
  readonly everyMs: number
  /** What a job gave when it was done before. */
  result(job: string): Promise<FoldScore | undefined>
  /** What a fit was in the middle of. */
  state(job: string): Promise<Uint8Array | undefined>
  keepResult(job: string, score: FoldScore): void
  keepState(job: string, state: Uint8Array): void
  /** Ends the writing: what waits is not needed. */
  settled(): Promise<void>
  /** Writes what waits: this process stops, and another one goes on. */
  flush(): Promise<void>
}

export interface CheckpointPlace {
  readonly db: Queryable
  readonly blobs: Blobs
  readonly workspace: string
}

export interface CheckpointOwner {
  readonly run: string
  /** Digest of data, wish and code. */
  readonly inputs: string
  /** Default 2,000. */
  readonly everyMs?: number
}

interface Row {
  readonly job: string
  readonly result: unknown
  readonly blob: string | null
}

const scoreSchema = z.object({
  metrics: z.record(z.string(), z.number()),
  baseline: z.record(z.string(), z.number()),
  seconds: z.number(),
})

/** Reads what an earlier process has left for this run and these inputs. */
export async function openCheckpoints(place: CheckpointPlace, { run, inputs, everyMs = 2000 }: CheckpointOwner): Promise<Checkpoints> {
  const { db, blobs, workspace } = place
  const { rows } = await db.query<Row>(
    'select job, result, blob from training_checkpoints where workspace = $1 and run = $2 and inputs = $3',
    [workspace, run, inputs],
  )
  const left = new Map(rows.map((row) => [row.job, row]))
  const keep = createWriter(place, { run, inputs, everyMs, held: rows })
  return {
    run,
    everyMs,
    result: async (job) => {
      const row = left.get(job)
      const found = scoreSchema.safeParse(row?.result)
      if (!found.success) return undefined
      if (!row?.blob) return found.data
      const scores = (await readState(blobs, row.blob, job))?.state
      return scores instanceof Float64Array ? { ...found.data, scores } : undefined
    },
    state: async (job) => {
      const row = left.get(job)
      return row?.blob && row.result === null ? readIfThere(blobs, row.blob) : undefined
    },
    keepResult: (job, { scores, ...score }) =>
      keep.soon({ job, result: JSON.stringify(score), bytes: scores && encodeState(job, { state: scores, curve: [] }) }),
    keepState: (job, bytes) => keep.now({ job, result: null, bytes }),
    settled: keep.settled,
    flush: keep.flush,
  }
}

interface Kept {
  readonly job: string
  /** JSON. */
  readonly result: string | null
  readonly bytes: Uint8Array | undefined
}

type WriterParts = Pick<CheckpointOwner, 'run' | 'inputs'> & { readonly everyMs: number; readonly held: readonly Row[] }

/** Writes one after the other; of a job only the newest that waits. */
function createWriter({ db, blobs, workspace }: CheckpointPlace, { run, inputs, everyMs, held }: WriterParts) {
  const blobOf = new Map(held.map(({ job, blob }) => [job, blob]))
  const waiting = new Map<string, Kept>()
  let writing: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined

  const writeAll = async (): Promise<void> => {
    for (const job of [...waiting.keys()]) {
      const { result = null, bytes } = waiting.get(job) ?? {}
      waiting.delete(job)
      const blob = bytes === undefined ? null : await store(blobs, bytes)
      await upsert(db, { workspace, run, inputs, job, result, blob })
      const before = blobOf.get(job)
      blobOf.set(job, blob)
      if (before && before !== blob) await blobs.remove(before)
    }
  }
  const begin = (): void => {
    clearTimeout(timer)
    timer = undefined
    // What cannot be kept costs a killed training some time, and this one nothing.
    writing ??= writeAll()
      .catch(() => undefined)
      .finally(() => {
        writing = undefined
      })
  }
  return {
    now: (kept: Kept): void => {
      waiting.set(kept.job, kept)
      begin()
    },
    /** A training that is done sooner needs no notes. */
    soon: (kept: Kept): void => {
      waiting.set(kept.job, kept)
      timer ??= setTimeout(begin, everyMs)
    },
    settled: async (): Promise<void> => {
      clearTimeout(timer)
      await writing
    },
    flush: async (): Promise<void> => {
      await writing
      if (waiting.size > 0) begin()
      await writing
    },
  }
}

/** By way of a file, whose digest is read in pieces: a forest of a hundred megabytes does not hold up the event loop. */
export async function store(blobs: Blobs, bytes: Uint8Array): Promise<string> {
  const file = await blobs.scratch('part')
  await writeFile(file, bytes)
  return blobs.adopt(file)
}

async function upsert(
  db: Queryable,
  row: { workspace: string; run: string; inputs: string; job: string; result: string | null; blob: string | null },
): Promise<void> {
  await db.query(
    `insert into training_checkpoints (workspace, run, job, inputs, result, blob) values ($1, $2, $3, $4, $5::jsonb, $6)
     on conflict (workspace, run, job) do update
     set inputs = excluded.inputs, result = excluded.result, blob = excluded.blob, saved_at = now()`,
    [row.workspace, row.run, row.job, row.inputs, row.result, row.blob],
  )
}

/** What a run kept is not needed any more: it has ended. */
export async function clearCheckpoints({ db, blobs, workspace }: CheckpointPlace, run: string): Promise<void> {
  const { rows } = await db.query<{ blob: string | null }>(
    'delete from training_checkpoints where workspace = $1 and run = $2 returning blob',
    [workspace, run],
  )
  await removeAll(blobs, rows)
}

/** The same for every run that ended or was cancelled without saying so here: its process was killed. */
export async function sweepCheckpoints({ db, blobs, workspace }: CheckpointPlace): Promise<void> {
  const { rows } = await db.query<{ blob: string | null }>(
    `delete from training_checkpoints c using runs r
     where c.workspace = $1 and r.workspace = c.workspace and r.id = split_part(c.run, '.', 1)
       and (r.state in ('succeeded', 'failed', 'cancelled') or r.cancel_requested)
     returning c.blob`,
    [workspace],
  )
  await removeAll(blobs, rows)
}

async function removeAll(blobs: Blobs, rows: readonly { readonly blob: string | null }[]): Promise<void> {
  for (const { blob } of rows) if (blob !== null) await blobs.remove(blob)
}

async function readState(blobs: Blobs, digest: string, job: string): Promise<FitState | undefined> {
  const bytes = await readIfThere(blobs, digest)
  return bytes && decodeState(job, bytes)
}

async function readIfThere(blobs: Blobs, digest: string): Promise<Uint8Array | undefined> {
  return (await blobs.has(digest)) ? blobs.get(digest) : undefined
}
