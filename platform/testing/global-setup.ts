/** Makes one migrated database image for the whole test run: opening it takes half a second, making it takes four. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { openEmbedded } from '../database/embedded.ts'
import { migrate } from '../database/migrate.ts'
import { allMigrations } from './all-migrations.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    databaseImage: string
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (!process.env.MILLRACE_TEST_DATABASE_URL) {
    console.warn(
      'SKIPPED: no Postgres server is tested; set MILLRACE_TEST_DATABASE_URL to one with pgvector to run the database tests on it too.',
    )
  }
  const folder = await mkdtemp(join(tmpdir(), 'millrace-test-'))
  const db = await openEmbedded({})
  try {
    await migrate(db, allMigrations())
    await writeFile(join(folder, 'database.tar'), await db.dump())
  } finally {
    await db.close()
  }
  project.provide('databaseImage', join(folder, 'database.tar'))
  return () => rm(folder, { recursive: true, force: true })
}
