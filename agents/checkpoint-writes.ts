/**
 * The writes of LangGraph's saver as one statement each, where the library sends one for every value inside BEGIN and COMMIT:
 * a turn writes some ten of them, and the embedded database has one session for everything. Also what the library has not:
 * old checkpoints of a thread are let go, so that a conversation does not keep every state it was ever in.
 */
import type { RunnableConfig } from '@langchain/core/runnables'
import { type PendingWrite, WRITES_IDX_MAP } from '@langchain/langgraph-checkpoint'
import type { PostgresSaver } from '@langchain/langgraph-checkpoint-postgres'
import { z } from 'zod'
import type { Queryable } from '../platform/database/database.ts'

type Put = PostgresSaver['put']

const place = z.object({ thread_id: z.string(), checkpoint_ns: z.string().default(''), checkpoint_id: z.string().optional() })

/** Where a checkpoint belongs; throws for a config that names no thread. */
const placeOf = ({ configurable }: RunnableConfig): z.infer<typeof place> => place.parse(configurable)

/** "($1, $2), ($3, $4)" for so many rows of so many values, after those taken already. */
function rowsOf(count: number, width: number, taken: number): string {
  return Array.from(
    { length: count },
    (_, row) => `(${Array.from({ length: width }, (__, at) => `$${taken + row * width + at + 1}`).join(', ')})`,
  ).join(', ')
}

/** The values of changed channels, and the checkpoint that names their versions, together. */
export function putCheckpoint(db: Queryable, { serde }: Pick<PostgresSaver, 'serde'>): Put {
  return async (config, checkpoint, metadata, versions) => {
    const { thread_id, checkpoint_ns, checkpoint_id: parent = null } = placeOf(config)
    const { channel_values: values, ...rest } = checkpoint
    const blobs = await Promise.all(
      Object.entries(versions ?? {}).map(async ([channel, version]) => {
        const [type, blob] = channel in values ? await serde.dumpsTyped(values[channel]) : ['empty', null]
        return [thread_id, checkpoint_ns, channel, String(version), type, blob]
      }),
    )
    const [, dumped] = await serde.dumpsTyped(metadata)
    const about = new TextDecoder().decode(dumped).replaceAll('\\u0000', '').replaceAll('\0', '')
    const row = [thread_id, checkpoint_ns, checkpoint.id, parent, JSON.stringify(rest), about]
    const kept =
      blobs.length === 0
        ? ''
        : `with kept as (
             insert into agents_graph.checkpoint_blobs (thread_id, checkpoint_ns, channel, version, type, blob)
             values ${rowsOf(blobs.length, 6, row.length)}
             on conflict (thread_id, checkpoint_ns, channel, version) do nothing)`
    await db.query(
      `${kept}
       insert into agents_graph.checkpoints (thread_id, checkpoint_ns, checkpoint_id, parent_checkpoint_id, checkpoint, metadata)
       values ($1, $2, $3, $4, $5::jsonb, $6::jsonb)
       on conflict (thread_id, checkpoint_ns, checkpoint_id) do update set checkpoint = excluded.checkpoint, metadata = excluded.metadata`,
      [...row, ...blobs.flat()],
    )
    return { configurable: { thread_id, checkpoint_ns, checkpoint_id: checkpoint.id } }
  }
}

/** What the tasks of a step have written so far. */
export function putTaskWrites(db: Queryable, { serde }: Pick<PostgresSaver, 'serde'>): PostgresSaver['putWrites'] {
  return async (config, writes, task) => {
    const { thread_id, checkpoint_ns, checkpoint_id = '' } = placeOf(config)
    const rows = await Promise.all(
      writes.map(async ([channel, value], at) => {
        const [type, blob] = await serde.dumpsTyped(value)
        return [thread_id, checkpoint_ns, checkpoint_id, task, WRITES_IDX_MAP[channel] ?? at, channel, type, blob]
      }),
    )
    if (rows.length === 0) return
    await db.query(
      `insert into agents_graph.checkpoint_writes (thread_id, checkpoint_ns, checkpoint_id, task_id, idx, channel, type, blob)
       values ${rowsOf(rows.length, 8, 0)}
       on conflict (thread_id, checkpoint_ns, checkpoint_id, task_id, idx) do ${onConflict(writes)}`,
      rows.flat(),
    )
  }
}

/** As the library does: errors, interrupts and resumes replace what they were before, results stay. */
const onConflict = (writes: readonly PendingWrite[]): string =>
  writes.every(([channel]) => channel in WRITES_IDX_MAP)
    ? 'update set channel = excluded.channel, type = excluded.type, blob = excluded.blob'
    : 'nothing'

/** A thread needs its newest checkpoint only: one statement, so it sees a checkpoint and its values together or not at all. */
export async function pruneThread(db: Queryable, thread: string): Promise<void> {
  await db.query(
    `with newest as (
       select checkpoint_ns, checkpoint_id, checkpoint from agents_graph.checkpoints
       where thread_id = $1 and checkpoint_ns = '' order by checkpoint_id desc limit 1),
     older as (
       delete from agents_graph.checkpoints using newest
       where thread_id = $1 and checkpoints.checkpoint_ns = '' and checkpoints.checkpoint_id < newest.checkpoint_id),
     written as (
       delete from agents_graph.checkpoint_writes using newest
       where thread_id = $1 and checkpoint_writes.checkpoint_ns = '' and checkpoint_writes.checkpoint_id < newest.checkpoint_id)
     delete from agents_graph.checkpoint_blobs using newest
     where thread_id = $1 and checkpoint_blobs.checkpoint_ns = ''
       and checkpoint_blobs.version is distinct from newest.checkpoint -> 'channel_versions' ->> checkpoint_blobs.channel`,
    [thread],
  )
}
