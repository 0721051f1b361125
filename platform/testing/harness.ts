/** Real databases for tests: each test file gets its own, embedded always and on a Postgres server where one is given. */
import { randomUUID } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inject } from 'vitest'
import type { Database } from '../database/database.ts'
import { type EmbeddedDatabase, openEmbedded } from '../database/embedded.ts'
import { migrate } from '../database/migrate.ts'
import { openServer } from '../database/server.ts'
import { allMigrations } from './all-migrations.ts'

/** In memory, migrated, empty; opened from the image that the test run made once. Close it in `afterAll`. */
export async function openTestDatabase(): Promise<EmbeddedDatabase> {
  return openEmbedded({ image: await readFile(inject('databaseImage')) })
}

const serverUrl = process.env.MILLRACE_TEST_DATABASE_URL

/** For `describe.each`: the embedded database, and the server named by MILLRACE_TEST_DATABASE_URL. */
export const testDatabases: readonly { readonly kind: string; readonly open: () => Promise<Database> }[] = [
  { kind: 'embedded', open: openTestDatabase },
  ...(serverUrl === undefined ? [] : [{ kind: 'server', open: () => openServerTestDatabase(serverUrl) }]),
]

/** A database of its own on the server, dropped when it closes. */
async function openServerTestDatabase(url: string): Promise<Database> {
  const name = `millrace_test_${randomUUID().replaceAll('-', '')}`
  const admin = await openServer(url, { connections: 1 })
  await admin.query(`create database ${name}`)
  const own = new URL(url)
  own.pathname = `/${name}`
  const db = await openServer(own.href)
  await migrate(db, allMigrations())
  return {
    ...db,
    close: async () => {
      await db.close()
      await admin.query(`drop database ${name} with (force)`)
      await admin.close()
    },
  }
}

/** An empty folder and the way to remove it. */
export async function temporaryFolder(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'millrace-'))
  return { path, remove: () => rm(path, { recursive: true, force: true }) }
}
