import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Database } from '../../platform/database/database.ts'
import { openTestDatabase, temporaryFolder } from '../../platform/testing/harness.ts'
import { libraryInstalled } from '../inference/testing/library.ts'
import { openModelServer } from '../inference/testing/model-server.ts'
import { writeTinyModel } from '../inference/testing/tiny-model.ts'
import { search } from '../search/search.ts'
import { ingestInto, never } from '../testing.ts'
import type { Embedders } from './embedder.ts'
import { type EmbeddersConfig, openEmbedders } from './open.ts'

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }
const texts = [
  'wing drag lift',
  'the cat sat on the mat',
  'heat flow of the boundary layer',
  'the horse of the king',
  'the wheel on the river',
]

/** How often each letter is in it: 26 numbers. */
const lettersOf = (text: string): number[] => Array.from({ length: 26 }, (_, at) => text.split(String.fromCharCode(97 + at)).length - 1)

describe('a collection made with a model', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let db: Database
  beforeAll(async () => {
    folder = await temporaryFolder()
    db = await openTestDatabase()
    const lines = texts.map((text, at) => JSON.stringify({ _id: `d${at}`, text }))
    await writeFile(join(folder.path, 'docs.jsonl'), lines.join('\n'))
  })
  afterAll(async () => {
    await db.close()
    await folder.remove()
  })
  const path = (): string => join(folder.path, 'docs.jsonl')
  const nearest = async (embedders: Embedders, collection: string, query: string): Promise<string | undefined> => {
    const request = { workspace: 'default', query, collection, topK: 3, mode: 'vector', group: 'document' } as const
    const [first] = await search({ db, embedders, signal: never }, request)
    return first?.document
  }

  it.skipIf(!libraryInstalled)('finds each text by its own words, with a local model', async () => {
    await writeTinyModel(join(folder.path, 'tiny'), { kind: 'embedding' })
    const config: EmbeddersConfig = {
      choice: { kind: 'transformers', model: './tiny' },
      service: undefined,
      hub: undefined,
      workingFolder: folder.path,
      models: join(folder.path, 'models'),
    }
    await using embedders = openEmbedders(config, { egress: { request: () => Promise.reject(new Error('no network')) }, log: quiet })
    expect(await ingestInto(db, { path: path(), collection: 'local', embedders })).toMatchObject({ added: 5, skipped: 0 })
    for (const [at, text] of texts.entries()) expect(await nearest(embedders, 'local', text)).toBe(`d${at}`)
  })

  it('says which documents a hosted model refused, and keeps the rest', async () => {
    const body = z.object({ input: z.array(z.string()) })
    await using server = await openModelServer(({ body: sent }) => {
      const { input } = body.parse(sent)
      if (input.some((text) => text.includes('horse'))) return { status: 400, body: { error: 'content filter' } }
      return { body: { data: input.map((text, index) => ({ index, embedding: lettersOf(text) })) } }
    })
    const config: EmbeddersConfig = {
      choice: { kind: 'openai', model: 'm' },
      service: { kind: 'openai', baseUrl: server.url },
      hub: undefined,
      workingFolder: folder.path,
      models: join(folder.path, 'models'),
    }
    await using embedders = openEmbedders(config, { egress: server.egress, log: quiet })
    const result = await ingestInto(db, { path: path(), collection: 'hosted', embedders })
    expect(result).toMatchObject({
      added: 4,
      skipped: 1,
      reasons: [{ source: 'd3', reason: expect.stringMatching(/could not be embedded: .*content filter/) }],
    })
    expect(await nearest(embedders, 'hosted', texts[1] ?? '')).toBe('d1')
  })
})
