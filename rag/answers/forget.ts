/** Kept answers leave again: after a month, or a year where somebody rated them, and the oldest where there are too many. */
import type { Database } from '../../platform/database/database.ts'

const day = 24 * 60 * 60 * 1000
const keptDays = 30
const ratedDays = 365
/** In one workspace, rated ones included. */
const most = 20_000
const perStatement = 200

/** In short statements, a few rows each; runs beside everything else. */
export async function forgetOld(db: Database, now: Date): Promise<void> {
  const unrated = new Date(now.getTime() - keptDays * day)
  const rated = new Date(now.getTime() - ratedDays * day)
  const { rows } = await db.query<{ workspace: string }>('select distinct workspace from answers')
  for (const { workspace } of rows) {
    while ((await forgetSome(db, { workspace, unrated, rated })) === perStatement);
    while ((await forgetBeyond(db, { workspace, most })) === perStatement);
  }
}

async function forgetSome(
  db: Database,
  { workspace, unrated, rated }: { readonly workspace: string; readonly unrated: Date; readonly rated: Date },
): Promise<number> {
  const { rowCount } = await db.query(
    `delete from answers where id in (
       select id from answers a
       where workspace = $1 and at < $2
         and (at < $3 or not exists (select 1 from answer_feedback f where f.answer = a.id))
       limit $4)`,
    [workspace, unrated, rated, perStatement],
  )
  return rowCount
}

/** All but the newest `most`. */
export async function forgetBeyond(
  db: Database,
  { workspace, most }: { readonly workspace: string; readonly most: number },
): Promise<number> {
  const { rowCount } = await db.query(
    `delete from answers where id in (
       select id from answers where workspace = $1 order by at desc offset $2 limit $3)`,
    [workspace, most, perStatement],
  )
  return rowCount
}
