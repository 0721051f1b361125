/** Whose a conversation is and where it is kept; the list of conversations with a title and when somebody last spoke. */
import type { Caller } from '../platform/caller.ts'
import type { Queryable } from '../platform/database/database.ts'

export interface ThreadSummary {
  readonly thread: string
  readonly title: string
  readonly updatedAt: Date
}

/** Conversations from before they had owners belong to nobody. */
const nobody = ''

/** Those of nobody are open to who administers the workspace, and to the owner of a local installation. */
export const mayReadUnowned = ({ id, role }: Caller): boolean => role === 'admin' || id === 'local:owner'

/** Under which a conversation's checkpoints are kept: workspace and owner are part of it, so no other caller can name it. */
export function threadKey({
  workspace,
  owner,
  thread,
}: {
  readonly workspace: string
  readonly owner: string
  readonly thread: string
}): string {
  if (owner === nobody) return `${workspace}/${thread}`
  return `${workspace}//${encodeURIComponent(owner)}/${encodeURIComponent(thread)}`
}

/** Where a conversation of this caller may stand, the likeliest first. */
export function threadKeys(caller: Caller, thread: string): readonly string[] {
  const { workspace, id } = caller
  const own = threadKey({ workspace, owner: id, thread })
  return mayReadUnowned(caller) ? [own, threadKey({ workspace, owner: nobody, thread })] : [own]
}

const longestTitle = 80

/** One line of a conversation's first words. */
export function titleOf(message: string): string {
  const line = message.replace(/\s+/gu, ' ').trim()
  return line.length > longestTitle ? `${line.slice(0, longestTitle - 1).toWellFormed()}…` : line
}

/** The caller's own, the newest first, 200 at most. */
export async function listThreads(db: Queryable, caller: Caller): Promise<readonly ThreadSummary[]> {
  const { rows } = await db.query<{ thread: string; title: string; updated_at: Date | string }>(
    `select thread, title, updated_at from agents_threads
     where workspace = $1 and (owner = $2 or ($3::boolean and owner = '')) order by updated_at desc, thread limit 200`,
    [caller.workspace, caller.id, mayReadUnowned(caller)],
  )
  return rows.map(({ thread, title, updated_at }) => ({ thread, title, updatedAt: new Date(updated_at) }))
}

/** What a model reads in place of older turns. */
export interface Summary {
  readonly text: string
  /** Id of the first message that it does not cover. */
  readonly from: string
  /** Of the turns that it covers: whether text from outside stood in them, and from which tools. */
  readonly taintedBy: readonly string[]
}

/** Replaces the one before; a conversation that is not listed keeps none. */
export async function keepSummary(
  db: Queryable,
  {
    workspace,
    owner,
    thread,
    summary,
  }: { readonly workspace: string; readonly owner: string; readonly thread: string; readonly summary: Summary },
): Promise<void> {
  await db.query('update agents_threads set summary = $4::jsonb where workspace = $1 and owner = $2 and thread = $3', [
    workspace,
    owner,
    thread,
    JSON.stringify(summary),
  ])
}

/** Its entry in the list only: checkpoints and claims have their own. */
export async function forgetThread(
  db: Queryable,
  { workspace, owner, thread }: { readonly workspace: string; readonly owner: string; readonly thread: string },
): Promise<void> {
  await db.query('delete from agents_threads where workspace = $1 and owner = $2 and thread = $3', [workspace, owner, thread])
}
