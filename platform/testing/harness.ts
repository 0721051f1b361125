/** The real embedded database for tests, each its own, opened from the image that the test run made once. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inject } from 'vitest'
import { type EmbeddedDatabase, openEmbedded } from '../database/embedded.ts'

/** In memory, migrated, empty. Close it in `afterAll`. */
export async function openTestDatabase(): Promise<EmbeddedDatabase> {
  return openEmbedded({ image: await readFile(inject('databaseImage')) })
}

/** An empty folder and the way to remove it. */
export async function temporaryFolder(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'millrace-'))
  return { path, remove: () => rm(path, { recursive: true, force: true }) }
}
