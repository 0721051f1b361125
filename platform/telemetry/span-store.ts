/** Keeps finished spans in table `spans`, in batches, for a week and up to a bound. */
import { SpanStatusCode } from '@opentelemetry/api'
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base'
import type { Database } from '../database/database.ts'
import { outsideTransaction } from '../database/transaction-scope.ts'
import type { Log } from '../platform.ts'

const weekMs = 7 * 24 * 3600 * 1000
/** A clean-up deletes at most this many rows, so that it never holds the embedded database long. */
const cleanUpRows = 2000
const batchesBetweenCleanUps = 60
const mostSpans = 200_000

export interface SpanStoreOptions {
  readonly db: Database
  readonly log: Log
  readonly now: () => Date
  /** Beyond this number the oldest go first. */
  readonly most?: number
}

export function createSpanStore({ db, log, now, most = mostSpans }: SpanStoreOptions): SpanExporter {
  let batches = 0
  /** Counted once and then kept up: counting a full table takes long. */
  let kept: number | undefined
  const save = async (spans: readonly ReadableSpan[]): Promise<void> => {
    kept = (kept ?? (await countSpans(db))) + (await insertSpans(db, spans))
    if (batches++ % batchesBetweenCleanUps === 0)
      kept -= await deleteOldest(db, { before: new Date(now().getTime() - weekMs), rows: cleanUpRows })
    // As many as come in at a time go out at a time, so the bound holds without a long statement.
    if (kept > most) kept -= await deleteOldest(db, { before: now(), rows: Math.min(kept - most, cleanUpRows) })
  }
  return {
    export: (spans, done) => {
      void outsideTransaction(() =>
        save(spans).then(
          () => done({ code: 0 }),
          (error: unknown) => {
            log.warn({ error, spans: spans.length }, 'Spans were not kept.')
            done({ code: 1 })
          },
        ),
      )
    },
    shutdown: async () => undefined,
  }
}

async function countSpans(db: Database): Promise<number> {
  const { rows } = await db.background.query<{ n: number }>('select count(*)::int as n from spans')
  return rows[0]?.n ?? 0
}

async function insertSpans(db: Database, spans: readonly ReadableSpan[]): Promise<number> {
  const rows = spans.map((span) => ({
    trace: span.spanContext().traceId,
    span: span.spanContext().spanId,
    parent: span.parentSpanContext?.spanId ?? null,
    name: span.name,
    workspace: span.attributes['millrace.workspace'] ?? null,
    started_at: new Date(span.startTime[0] * 1000 + span.startTime[1] / 1e6).toISOString(),
    ms: span.duration[0] * 1000 + span.duration[1] / 1e6,
    status: span.status.code === SpanStatusCode.ERROR ? 'error' : 'ok',
    attributes: span.attributes,
  }))
  const { rowCount } = await db.background.query(
    `insert into spans (trace, span, parent, name, workspace, started_at, ms, status, attributes)
     select trace, span, parent, name, workspace, started_at, ms, status, attributes
     from jsonb_to_recordset($1::jsonb) as row
       (trace text, span text, parent text, name text, workspace text, started_at timestamptz, ms double precision, status text, attributes jsonb)
     on conflict (span) do nothing`,
    [JSON.stringify(rows)],
  )
  return rowCount
}

async function deleteOldest(db: Database, { before, rows }: { readonly before: Date; readonly rows: number }): Promise<number> {
  const { rowCount } = await db.background.query(
    'delete from spans where span in (select span from spans where started_at < $1 order by started_at limit $2)',
    [before, rows],
  )
  return rowCount
}
