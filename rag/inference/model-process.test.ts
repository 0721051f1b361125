import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { Fault } from '../../platform/fault.ts'
import { temporaryFolder } from '../../platform/testing/harness.ts'
import { type ModelProcess, openModelProcess } from './model-process.ts'

const never = new AbortController().signal
const patient = { signal: never, urgent: false }

interface Properties {
  readonly life: number
}

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let count = 0
beforeAll(async () => {
  folder = await temporaryFolder()
})
afterAll(() => folder.remove())

function openFragile({ failsToLoad = false, patienceMs = 60_000 } = {}): ModelProcess<string, Properties, string> & { lives(): number } {
  const lives = join(folder.path, `lives-${++count}`)
  const model = openModelProcess<string, Properties, string>({
    script: new URL('./testing/fragile.worker.ts', import.meta.url),
    settings: { lives, failsToLoad },
    title: "The model 'fragile'",
    properties: z.object({ life: z.number() }),
    answer: z.string(),
    explain: ({ kind, message }) => new Fault('unavailable', `${kind}: ${message}`),
    patienceMs,
  })
  return { ...model, lives: () => (existsSync(lives) ? readFileSync(lives).length : 0) }
}

describe('the process of a model', () => {
  it('starts with the first call and answers in order', async () => {
    await using model = openFragile()
    expect(model.lives()).toBe(0)
    expect(await Promise.all(['a', 'b', 'c'].map((job) => model.ask(job, patient)))).toEqual(['a', 'b', 'c'])
    expect(model.lives()).toBe(1)
  })

  it('is started again after it died, and its job is done', async () => {
    await using model = openFragile()
    const answers = await Promise.all([model.ask('a', patient), model.ask('die once', patient), model.ask('b', patient)])
    expect(answers).toEqual(['a', 'die once', 'b'])
    expect(model.lives()).toBe(2)
  })

  it.each([
    ['die', 'SIGABRT'],
    ['end', 'exit code 3'],
    ['throw', 'exit code 1: RangeError: out of memory'],
  ])('gives up a job that ends it twice (%s), and does the next ones', async (job, why) => {
    await using model = openFragile()
    const ended = model.ask(job, patient)
    const next = model.ask('next', patient)
    await expect(ended).rejects.toMatchObject({ code: 'unavailable', message: `The model 'fragile' stopped at work, twice: ${why}.` })
    expect(await next).toBe('next')
  })

  it('gives up a job that does not come back, and does the next one', async () => {
    await using model = openFragile({ patienceMs: 2000 })
    const hung = model.ask('hang', patient)
    const next = model.ask('next', patient)
    await expect(hung).rejects.toMatchObject({ code: 'unavailable', message: /did not finish within 2 s/ })
    expect(await next).toBe('next')
  })

  it('passes on a failed job without its inner words', async () => {
    await using model = openFragile()
    await expect(model.ask('fail', patient)).rejects.toMatchObject({
      code: 'unavailable',
      message: "The model 'fragile' failed on these texts.",
      cause: { message: 'a bad text' },
    })
    expect(model.lives()).toBe(1)
  })

  it('tries a failed load again at the next call', async () => {
    await using model = openFragile({ failsToLoad: true })
    await expect(model.load()).rejects.toMatchObject({ code: 'unavailable', message: 'library: not there' })
    expect(await model.load()).toEqual({ life: 2 })
    expect(await model.ask('a', patient)).toBe('a')
  })

  it('tells all who wait of a failed load, after one try', async () => {
    await using model = openFragile({ failsToLoad: true })
    const waiting = ['a', 'b', 'c'].map((job) => model.ask(job, patient).catch((error: unknown) => error))
    for (const answer of await Promise.all(waiting)) expect(answer).toMatchObject({ code: 'unavailable', message: 'library: not there' })
    expect(model.lives()).toBe(1)
  })

  it('does urgent jobs first and forgets those given up', async () => {
    await using model = openFragile()
    const order: string[] = []
    const stop = new AbortController()
    const note = (job: string, urgent: boolean, signal = never): Promise<unknown> =>
      model.ask(job, { signal, urgent }).then(
        () => order.push(job),
        () => order.push(`${job} given up`),
      )
    const all = [note('first', false), note('slow', false), note('dropped', false, stop.signal), note('urgent', true)]
    stop.abort(new Error('enough'))
    await Promise.all(all)
    expect(order).toEqual(['dropped given up', 'first', 'urgent', 'slow'])
  })

  it('lets nobody wait once it is closed', async () => {
    const model = openFragile()
    const waiting = [model.ask('hang', patient), model.ask('a', patient)].map((answer) => answer.catch((error: unknown) => error))
    await model.load()
    await model[Symbol.asyncDispose]()
    for (const answer of await Promise.all(waiting)) expect(answer).toMatchObject({ code: 'unavailable', message: /is closed/ })
    await expect(model.ask('a', patient)).rejects.toMatchObject({ message: /is closed/ })
    expect(model.lives()).toBe(1)
  })
})
