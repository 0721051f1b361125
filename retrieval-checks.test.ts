import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Finding } from './cli/doctor.ts'
import { readConfig } from './config.ts'
import { temporaryFolder } from './platform/testing/harness.ts'
import { libraryInstalled } from './rag/inference/testing/library.ts'
import { openModelServer } from './rag/inference/testing/model-server.ts'
import { writeTinyModel } from './rag/inference/testing/tiny-model.ts'
import { retrievalChecks } from './retrieval-checks.ts'

describe('millrace doctor on the models of retrieval', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  beforeAll(async () => {
    folder = await temporaryFolder()
    await writeTinyModel(join(folder.path, 'tiny'), { kind: 'embedding' })
    await writeTinyModel(join(folder.path, 'pairs'), { kind: 'cross-encoder' })
    await writeTinyModel(join(folder.path, '.millrace/models/owner/here'), { kind: 'embedding' })
  })
  afterAll(() => folder.remove())
  const find = async (check: string, variables: Record<string, string> = {}): Promise<Omit<Finding, 'check'> | undefined> =>
    retrievalChecks[check]?.(readConfig(variables, folder.path))

  it('says what subword can and cannot do, and how to get more', async () => {
    expect(await find('embedder')).toEqual({
      ok: true,
      found: expect.stringMatching(/^subword: no weights; forgives typos.*knows no synonyms\. MILLRACE_EMBEDDER=transformers .* or openai/),
    })
    expect(await find('reranker')).toMatchObject({ ok: true, found: expect.stringMatching(/^none: .*MILLRACE_RERANKER/) })
  })

  it.skipIf(!libraryInstalled)('loads local models that are here', async () => {
    expect(await find('embedder', { MILLRACE_EMBEDDER: 'transformers', MILLRACE_EMBEDDER_MODEL: './tiny' })).toEqual({
      ok: true,
      found: 'transformers:./tiny: local, 16 dimensions; knows meaning',
    })
    expect(await find('embedder', { MILLRACE_EMBEDDER: 'transformers', MILLRACE_EMBEDDER_MODEL: 'owner/here' })).toMatchObject({ ok: true })
    expect(await find('reranker', { MILLRACE_RERANKER: 'transformers', MILLRACE_RERANKER_MODEL: './pairs' })).toMatchObject({
      ok: true,
      found: expect.stringContaining('transformers:./pairs: local'),
    })
  })

  it('gives a fix for a folder that is not there or damaged', async () => {
    const chosen = { MILLRACE_EMBEDDER: 'transformers', MILLRACE_EMBEDDER_MODEL: './nothing' }
    expect(await find('embedder', chosen)).toMatchObject({
      ok: false,
      found: expect.stringContaining("'./nothing' has no config.json"),
      fix: /Name a folder/,
    })
    if (!libraryInstalled) return
    await mkdir(join(folder.path, 'nothing'))
    await writeFile(join(folder.path, 'nothing/config.json'), '{}')
    expect(await find('embedder', chosen)).toMatchObject({ ok: false, found: /is not whole/ })
    await rm(join(folder.path, 'nothing'), { recursive: true })
  })

  it.skipIf(!libraryInstalled)('asks the hub for the first file only of a model that is not here', async () => {
    await using hub = await openModelServer(({ path }) => (path.includes('/owner/new/') ? { body: {} } : { status: 404, body: 'none' }))
    const chosen = { MILLRACE_EMBEDDER: 'transformers', HF_ENDPOINT: hub.url }
    expect(await find('embedder', { ...chosen, MILLRACE_EMBEDDER_MODEL: 'owner/new' })).toEqual({
      ok: true,
      found: expect.stringMatching(/^transformers:owner\/new: not here yet; the first use fetches it from 127\.0\.0\.1:\d+$/),
    })
    expect(hub.asked.map(({ path }) => path)).toEqual(['/owner/new/resolve/main/config.json'])
    expect(await find('embedder', { ...chosen, MILLRACE_EMBEDDER_MODEL: 'owner/none' })).toMatchObject({ ok: false, found: /answers 404/ })
    expect(await find('reranker', { MILLRACE_RERANKER: 'transformers', HF_ENDPOINT: 'http://127.0.0.1:9' })).toMatchObject({
      ok: false,
      found: /127\.0\.0\.1:9 cannot be reached/,
      fix: /copy the model's folder to .*models\/Xenova/,
    })
  })

  it('asks hosted models once', async () => {
    await using server = await openModelServer(({ path }) =>
      path === '/v1/embeddings'
        ? { body: { data: [{ index: 0, embedding: [1, 2, 3] }] } }
        : { body: { results: [{ index: 0, relevance_score: 1 }] } },
    )
    const hosted = { MILLRACE_EMBEDDER: 'openai', OPENAI_BASE_URL: `${server.url}/v1`, MILLRACE_EMBEDDER_MODEL: 'm' }
    expect(await find('embedder', hosted)).toEqual({ ok: true, found: 'openai:m: hosted, answers, 3 dimensions; knows meaning' })
    expect(await find('reranker', { MILLRACE_RERANKER: 'http', MILLRACE_RERANKER_URL: `${server.url}/rerank` })).toMatchObject({ ok: true })
    expect(server.asked).toHaveLength(2)
  })

  it('gives a fix for hosted models that refuse or are away, and never the key', async () => {
    await using server = await openModelServer(() => ({ status: 401, body: 'sk-top-secret-key-123456' }))
    const refused = await find('embedder', {
      MILLRACE_EMBEDDER: 'openai',
      OPENAI_BASE_URL: server.url,
      OPENAI_API_KEY: 'sk-top-secret-key-123456',
      MILLRACE_EMBEDDER_MODEL: 'm',
    })
    expect(refused).toMatchObject({ ok: false, found: /refuses the key/, fix: 'Check OPENAI_API_KEY.' })
    expect(JSON.stringify(refused)).not.toContain('top-secret')
    const away = await find('reranker', { MILLRACE_RERANKER: 'http', MILLRACE_RERANKER_URL: 'http://127.0.0.1:9/rerank' })
    expect(away).toMatchObject({ ok: false, found: /cannot be reached/ })
  })
})
