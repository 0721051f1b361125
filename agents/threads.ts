/** The list of conversations: a title and when somebody last spoke. */
import type { Queryable } from '../platform/database/database.ts'

export interface ThreadSummary {
  readonly thread: string
  readonly title: string
  readonly updatedAt: Date
}

const longestTitle = 80

/** The first message gives the title; later ones only move the thread to the top. */
export async function touchThread(
  db: Queryable,
  { workspace, thread, message }: { readonly workspace: string; readonly thread: string; readonly message: string },
): Promise<void> {
  const line = message.replace(/\s+/gu, ' ').trim()
  const title = line.length > longestTitle ? `${line.slice(0, longestTitle - 1)}…` : line
  await db.query(
    `insert into agents_threads (workspace, thread, title) values ($1, $2, $3)
     on conflict (workspace, thread) do update set updated_at = now()`,
    [workspace, thread, title],
  )
}

export async function listThreads(db: Queryable, workspace: string): Promise<readonly ThreadSummary[]> {
  const { rows } = await db.query<{ thread: string; title: string; updated_at: Date | string }>(
    'select thread, title, updated_at from agents_threads where workspace = $1 order by updated_at desc, thread limit 200',
    [workspace],
  )
  return rows.map(({ thread, title, updated_at }) => ({ thread, title, updatedAt: new Date(updated_at) }))
}
