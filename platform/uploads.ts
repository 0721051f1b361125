/** Blobs that a caller may name to a tool: files it has sent, which wait to be taken in, and files made for it. */
import type { Queryable } from './database/database.ts'
import { Fault } from './fault.ts'

export interface Upload {
  readonly workspace: string
  /** Id of who sent it. */
  readonly caller: string
  /** Of its blob. */
  readonly digest: string
}

export async function recordUpload(db: Queryable, { workspace, caller, digest }: Upload, bytes: number): Promise<void> {
  await db.query(
    `insert into uploads (workspace, caller, digest, bytes) values ($1, $2, $3, $4)
     on conflict (workspace, caller, digest) do update set created_at = now()`,
    [workspace, caller, digest, bytes],
  )
}

/** Throws `not_found` when this caller has no such file. */
export async function requireUpload(db: Queryable, { workspace, caller, digest }: Upload): Promise<void> {
  const { rowCount } = await db.query('select 1 from uploads where workspace = $1 and caller = $2 and digest = $3', [
    workspace,
    caller,
    digest,
  ])
  if (rowCount === 0)
    throw new Fault(
      'not_found',
      `You have sent no file with the digest ${digest.slice(0, 12)}…; send it over HTTP first, to the address that takes such files.`,
    )
}
