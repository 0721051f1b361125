/** Brings the schema up to date: numbered SQL files, one folder per room, each applied once and in order. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Database } from './database.ts'
import { exclusively } from './exclusively.ts'

export interface MigrationFolder {
  readonly room: string
  readonly folder: string
}

/** Safe to call from several processes at once. Returns the names applied now, such as "ml/0001_data". */
export async function migrate(db: Database, folders: readonly MigrationFolder[]): Promise<readonly string[]> {
  return exclusively(db, () => applyAll(db, folders))
}

async function applyAll(db: Database, folders: readonly MigrationFolder[]): Promise<readonly string[]> {
  await db.query('create table if not exists migrations (name text primary key, at timestamptz not null default now())')
  const applied: string[] = []
  for (const { room, folder } of folders) {
    for (const file of (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort()) {
      const name = `${room}/${file.slice(0, -'.sql'.length)}`
      if (await applyOnce(db, { name, sql: await readFile(join(folder, file), 'utf8') })) applied.push(name)
    }
  }
  return applied
}

async function applyOnce(db: Database, { name, sql }: { readonly name: string; readonly sql: string }): Promise<boolean> {
  return db.transaction(async (tx) => {
    const known = await tx.query('select 1 from migrations where name = $1', [name])
    if (known.rowCount > 0) return false
    await tx.query(sql)
    await tx.query('insert into migrations (name) values ($1)', [name])
    return true
  })
}
