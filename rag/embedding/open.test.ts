import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { temporaryFolder } from '../../platform/testing/harness.ts'
import { libraryInstalled } from '../inference/testing/library.ts'
import { type ModelServer, openModelServer, type Reply } from '../inference/testing/model-server.ts'
import { writeTinyModel } from '../inference/testing/tiny-model.ts'
import { type EmbedderChoice, type OpenEmbedders, openEmbedders } from './open.ts'
import type { OpenAiService } from './openai.ts'

const never = new AbortController().signal
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }
const body = z.object({ input: z.array(z.string()) })
const vectorsFor = (asked: unknown): Reply => ({
  body: { data: body.parse(asked).input.map((_, index) => ({ index, embedding: [1, 2] })) },
})

describe('the embedders of an installation', () => {
  let home: Awaited<ReturnType<typeof temporaryFolder>>
  let server: ModelServer
  let broken = false
  beforeAll(async () => {
    home = await temporaryFolder()
    server = await openModelServer((asked) => (broken ? { status: 503, body: 'down' } : vectorsFor(asked.body)))
    await writeTinyModel(join(home.path, 'tiny'), { kind: 'embedding' })
    await writeTinyModel(join(home.path, 'models/owner/old'), { kind: 'embedding' })
  })
  afterAll(async () => {
    await server[Symbol.asyncDispose]()
    await home.remove()
  })
  const open = (choice: EmbedderChoice, hosted = true): OpenEmbedders => {
    const service: OpenAiService = { kind: 'openai', baseUrl: server.url }
    return openEmbedders(
      {
        choice,
        service: hosted ? service : undefined,
        hub: 'http://127.0.0.1:9',
        workingFolder: home.path,
        models: join(home.path, 'models'),
      },
      { egress: server.egress, log: quiet, hosted: { tries: 2, firstWaitMs: 1 } },
    )
  }

  it('always have subword, and prefer it when nothing else is configured', async () => {
    await using embedders = open({ kind: 'subword' }, false)
    expect(embedders.preferredName).toBe('subword')
    expect(await embedders.preferred()).toBe(await embedders.find('subword'))
    for (const name of ['openai:m', 'openai:', 'subword:x', 'else', '', 'transformers:']) expect(await embedders.find(name)).toBeUndefined()
  })

  it('load a hosted one once for all who ask, and remember its questions', async () => {
    await using embedders = open({ kind: 'openai', model: 'm' })
    server.asked.length = 0
    const [first, second] = await Promise.all([embedders.preferred(), embedders.find('openai:m')])
    expect(first).toBe(second)
    expect(first).toMatchObject({ name: 'openai:m', dimensions: 2 })
    for (let time = 0; time < 3; time++) await first.embed(['wing'], never, 'query')
    expect(server.asked).toHaveLength(2)
    expect(await embedders.find('openai:other')).toMatchObject({ name: 'openai:other' })
  })

  it('try a failed load again', async () => {
    await using embedders = open({ kind: 'openai', model: 'm' })
    broken = true
    await expect(embedders.preferred()).rejects.toMatchObject({ code: 'unavailable', message: /answers 503/ })
    broken = false
    expect(await embedders.preferred()).toMatchObject({ dimensions: 2 })
  })

  it.skipIf(!libraryInstalled)('open the configured folder, and of other names only what lies in the cache', async () => {
    await using embedders = open({ kind: 'transformers', model: './tiny' })
    const tiny = await embedders.preferred()
    expect(tiny).toMatchObject({ name: 'transformers:./tiny', semantic: true })
    expect(await embedders.find('transformers:owner/old')).toMatchObject({ name: 'transformers:owner/old' })
    const elsewhere = [join(home.path, 'tiny'), '../tiny', 'owner/../../../tiny', 'owner/never-fetched', '..']
    for (const model of elsewhere) expect(await embedders.find(`transformers:${model}`)).toBeUndefined()
    expect(await tiny.embed(['wing'], never, 'query')).toEqual(await tiny.embed(['wing'], never))
  })

  it('say what is missing of a model that is not there', async () => {
    await using folder = open({ kind: 'transformers', model: './nothing' })
    await expect(folder.preferred()).rejects.toMatchObject({ code: 'unavailable', message: /'\.\/nothing' has no config\.json/ })
    if (!libraryInstalled) return
    await using hub = open({ kind: 'transformers', model: 'owner/new' })
    await expect(hub.preferred()).rejects.toMatchObject({
      code: 'unavailable',
      message: /'owner\/new' is not here yet and 127\.0\.0\.1:9 cannot be reached/,
    })
  })

  it('answer nobody once they are closed', async () => {
    const embedders = open({ kind: 'openai', model: 'm' })
    await embedders.preferred()
    await embedders[Symbol.asyncDispose]()
    await expect(embedders.preferred()).rejects.toMatchObject({ code: 'unavailable', message: /closed/ })
  })
})
