import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../platform/testing/harness.ts'
import { libraryInstalled } from '../inference/testing/library.ts'
import { openModelServer } from '../inference/testing/model-server.ts'
import { tinyDimensions, tinyEmbedding, tinyLongest, writeTinyModel } from '../inference/testing/tiny-model.ts'
import type { Embedder } from './embedder.ts'
import { openTransformersEmbedder } from './transformers.ts'

const never = new AbortController().signal

describe.skipIf(!libraryInstalled)('an embedder on a local model', () => {
  let home: Awaited<ReturnType<typeof temporaryFolder>>
  let embedder: Embedder & AsyncDisposable
  const folderOf = (name: string): string => join(home.path, name)
  const open = (name: string, model = name): ReturnType<typeof openTransformersEmbedder> =>
    openTransformersEmbedder({ model, folder: folderOf(name), cache: folderOf('cache'), remote: false })
  const vectorOf = async (text: string, kind?: 'query' | 'passage', of: Embedder = embedder): Promise<Float32Array> => {
    const [vector = new Float32Array()] = await of.embed([text], never, kind)
    return vector
  }

  beforeAll(async () => {
    home = await temporaryFolder()
    await writeTinyModel(folderOf('tiny'), { kind: 'embedding' })
    embedder = await open('tiny')
  })
  afterAll(async () => {
    await embedder[Symbol.asyncDispose]()
    await home.remove()
  })

  it('reads its dimensions from the model and gives the vectors that its sums say', async () => {
    expect(embedder).toMatchObject({ name: 'transformers:tiny', dimensions: tinyDimensions, semantic: true })
    for (const text of ['wing', 'wing drag', 'the boundary layer of the wing', 'cat : dog']) {
      expect(distance(await vectorOf(text), tinyEmbedding(text.split(' ')))).toBeLessThan(1e-5)
    }
    expect(Math.hypot(...(await vectorOf('the horse of the king')))).toBeCloseTo(1, 5)
  })

  it('gives each text the same vector in a long mixed list as alone, in the order of the list', async () => {
    const words = ['wing', 'drag', 'lift', 'flow', 'air', 'heat', 'wheel', 'horse']
    const texts = Array.from({ length: 70 }, (_, at) => words.slice(at % 5, (at % 5) + 1 + (at % 4)).join(' '))
    const together = await embedder.embed(texts, never)
    expect(together).toHaveLength(texts.length)
    for (const at of [0, 1, 17, 42, 69]) expect(distance(together[at], await vectorOf(texts[at] ?? ''))).toBeLessThan(1e-5)
    expect(await embedder.embed(texts, never)).toEqual(together)
  })

  it('gives zeros for a text without words and nothing for no text', async () => {
    const [empty, dash, word] = await embedder.embed(['', ' — \n', 'wing'], never)
    expect([...(empty ?? []), ...(dash ?? [])]).toEqual(Array.from({ length: 2 * tinyDimensions }, () => 0))
    expect(distance(word, tinyEmbedding(['wing']))).toBeLessThan(1e-5)
    expect(await embedder.embed([], never)).toEqual([])
  })

  it('cuts texts that are longer than the model reads', async () => {
    const long = 'wing '.repeat(50_000)
    expect(distance(await vectorOf(long), await vectorOf('wing '.repeat(tinyLongest * 2)))).toBeLessThan(1e-6)
  })

  it('survives lone surrogates, NUL bytes and letters it has never seen', async () => {
    for (const text of ['wing \ud800 drag', 'wing\u0000drag', '机翼', '\u202ewing', '👩‍👩‍👧']) {
      expect((await vectorOf(text)).every(Number.isFinite)).toBe(true)
    }
  })

  it('stops at once when it is told to, and works on', async () => {
    await expect(embedder.embed(['wing'], AbortSignal.abort(new Error('stop')))).rejects.toThrow('stop')
    const stop = new AbortController()
    const many = embedder.embed(
      Array.from({ length: 5000 }, () => 'the cat sat on the mat'),
      stop.signal,
    )
    stop.abort(new Error('enough'))
    await expect(many).rejects.toThrow('enough')
    expect(distance(await vectorOf('wing'), tinyEmbedding(['wing']))).toBeLessThan(1e-5)
  })

  it('lets a question overtake passages', async () => {
    const passages = embedder.embed(
      Array.from({ length: 3000 }, () => 'the cat sat on the mat'),
      never,
    )
    const first = await Promise.race([passages.then(() => 'passages'), vectorOf('wing', 'query').then(() => 'question')])
    expect(first).toBe('question')
    await passages
  })

  it('pools and prefixes as the name of the model says', async () => {
    await writeTinyModel(folderOf('bge-tiny-zh'), { kind: 'embedding' })
    await writeTinyModel(folderOf('e5-tiny'), { kind: 'embedding' })
    await using bge = await open('bge-tiny-zh')
    expect(distance(await vectorOf('wing drag', 'passage', bge), tinyEmbedding(['wing', 'drag'], 'cls'))).toBeLessThan(1e-5)
    await using e5 = await open('e5-tiny')
    expect(distance(await vectorOf('wing', 'query', e5), tinyEmbedding(['query', ':', 'wing']))).toBeLessThan(1e-5)
    expect(distance(await vectorOf('wing', 'passage', e5), tinyEmbedding(['passage', ':', 'wing']))).toBeLessThan(1e-5)
  })

  it("believes the model's own files before its name", async () => {
    await writeTinyModel(folderOf('own'), { kind: 'embedding', config: { _name_or_path: 'intfloat/e5-small' } })
    await mkdir(folderOf('own/1_Pooling'))
    await writeFile(folderOf('own/1_Pooling/config.json'), '{"pooling_mode_cls_token": true}')
    await writeFile(folderOf('own/config_sentence_transformers.json'), '{"prompts": {"query": "air ", "document": ""}}')
    await using own = await open('own')
    expect(distance(await vectorOf('wing', 'query', own), tinyEmbedding(['air', 'wing'], 'cls'))).toBeLessThan(1e-5)
    expect(distance(await vectorOf('wing', 'passage', own), tinyEmbedding(['wing'], 'cls'))).toBeLessThan(1e-5)
  })

  it.each([
    ['a folder without files', 'empty', /is not whole: .*empty lacks config\.json/],
    ['a model without a tokenizer', 'wordless', /is not whole/],
    ['a tokenizer that is not JSON', 'garbled', /cannot be read: a file in .*garbled is damaged/],
    ['weights that are cut off', 'cut', /cannot be read: a file in .*cut is damaged/],
    ['a cross-encoder', 'pairs', /cannot be read/],
  ])('says in one sentence what is wrong with %s', async (_, name, sentence) => {
    await makeBroken(folderOf(name), name)
    await expect(open(name)).rejects.toMatchObject({ code: 'unavailable', message: expect.stringMatching(sentence) })
  })

  it('fetches a model of a hub once and then needs no network', async () => {
    const source = { model: 'owner/tiny', cache: folderOf('hub-cache'), remote: true }
    {
      await using hub = await openModelServer(async ({ path }) => {
        const file = path.replace('/owner/tiny/resolve/main/', '')
        return readFile(join(folderOf('tiny'), file)).then(
          (body) => ({ body: new Uint8Array(body), headers: { 'content-length': String(body.length) } }),
          () => ({ status: 404, body: 'none' }),
        )
      })
      await using fetched = await openTransformersEmbedder({ ...source, hub: hub.url })
      expect(distance(await vectorOf('wing', 'passage', fetched), tinyEmbedding(['wing']))).toBeLessThan(1e-5)
      expect(hub.asked.map(({ path }) => path)).toContain('/owner/tiny/resolve/main/onnx/model.onnx')
    }
    await using kept = await openTransformersEmbedder({ ...source, hub: 'http://127.0.0.1:9' })
    expect(distance(await vectorOf('wing', 'passage', kept), tinyEmbedding(['wing']))).toBeLessThan(1e-5)
  })

  it('says how to get a model when the hub has it not or cannot be reached', async () => {
    const source = { model: 'owner/none', cache: folderOf('hub-cache'), remote: true }
    await using hub = await openModelServer(() => ({ status: 404, body: 'none' }))
    await expect(openTransformersEmbedder({ ...source, hub: hub.url })).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/'owner\/none' is not on 127\.0\.0\.1:\d+.*Check the name, or copy its folder/),
    })
    await expect(openTransformersEmbedder({ ...source, hub: 'http://127.0.0.1:9' })).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/'owner\/none' is not here yet and 127\.0\.0\.1:9 cannot be reached\. Connect once, or copy/),
    })
  })

  it('gives up on a hub that sends nothing', async () => {
    await using hub = await openModelServer(() => ({}))
    const source = { model: 'owner/slow', cache: folderOf('hub-cache'), remote: true, hub: hub.url, loadPatienceMs: 1500 }
    await expect(openTransformersEmbedder(source)).rejects.toMatchObject({ code: 'unavailable', message: /no sign of life/ })
  })
})

async function makeBroken(folder: string, name: string): Promise<void> {
  if (name === 'empty') return void (await mkdir(folder, { recursive: true }))
  await writeTinyModel(folder, { kind: name === 'pairs' ? 'cross-encoder' : 'embedding' })
  const weights = join(folder, 'onnx/model.onnx')
  if (name === 'wordless') await rm(join(folder, 'tokenizer.json'))
  if (name === 'garbled') await writeFile(join(folder, 'tokenizer.json'), '{"version": "1.0", "mod')
  if (name === 'cut') await writeFile(weights, (await readFile(weights)).subarray(0, 900))
}

function distance(left: Float32Array | undefined, right: Float32Array): number {
  return left ? Math.max(...right.map((value, at) => Math.abs(value - (left[at] ?? Number.NaN)))) : Number.NaN
}
