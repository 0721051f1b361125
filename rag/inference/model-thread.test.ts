import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { Fault } from '../../platform/fault.ts'
import { type ModelThread, openModelThread } from './model-thread.ts'

const never = new AbortController().signal
const patient = { signal: never, urgent: false }

interface Properties {
  readonly life: number
}

function openFragile({ failsToLoad = false, patienceMs = 60_000 } = {}): ModelThread<string, Properties, string> & { lives(): number } {
  const lives = new Int32Array(new SharedArrayBuffer(4))
  const thread = openModelThread<string, Properties, string>({
    script: new URL('./testing/fragile.worker.ts', import.meta.url),
    workerData: { lives, failsToLoad },
    title: "The model 'fragile'",
    properties: z.object({ life: z.number() }),
    answer: z.string(),
    explain: ({ kind, message }) => new Fault('unavailable', `${kind}: ${message}`),
    patienceMs,
  })
  return { ...thread, lives: () => Atomics.load(lives, 0) }
}

describe('the thread of a model', () => {
  it('starts with the first call and answers in order', async () => {
    await using thread = openFragile()
    expect(thread.lives()).toBe(0)
    expect(await Promise.all(['a', 'b', 'c'].map((job) => thread.ask(job, patient)))).toEqual(['a', 'b', 'c'])
    expect(thread.lives()).toBe(1)
  })

  it('is started again after it died, and its job is done', async () => {
    await using thread = openFragile()
    const answers = await Promise.all([thread.ask('a', patient), thread.ask('die once', patient), thread.ask('b', patient)])
    expect(answers).toEqual(['a', 'die once', 'b'])
    expect(thread.lives()).toBe(2)
  })

  it.each(['die', 'end'])('gives up a job that kills it twice (%s), and does the next ones', async (job) => {
    await using thread = openFragile()
    const killed = thread.ask(job, patient)
    const next = thread.ask('next', patient)
    await expect(killed).rejects.toMatchObject({
      code: 'unavailable',
      message: /^The model 'fragile' stopped at work, twice: (out of memory|it ended by itself)\.$/,
    })
    expect(await next).toBe('next')
  })

  it('gives up a job that does not come back, and does the next one', async () => {
    await using thread = openFragile({ patienceMs: 2000 })
    const hung = thread.ask('hang', patient)
    const next = thread.ask('next', patient)
    await expect(hung).rejects.toMatchObject({ code: 'unavailable', message: /did not finish within 2 s/ })
    expect(await next).toBe('next')
  })

  it('passes on a failed job without its inner words', async () => {
    await using thread = openFragile()
    await expect(thread.ask('fail', patient)).rejects.toMatchObject({
      code: 'unavailable',
      message: "The model 'fragile' failed on these texts.",
      cause: { message: 'a bad text' },
    })
    expect(thread.lives()).toBe(1)
  })

  it('tries a failed load again at the next call', async () => {
    await using thread = openFragile({ failsToLoad: true })
    await expect(thread.load()).rejects.toMatchObject({ code: 'unavailable', message: 'library: not there' })
    expect(await thread.load()).toEqual({ life: 2 })
    expect(await thread.ask('a', patient)).toBe('a')
  })

  it('does urgent jobs first and forgets those given up', async () => {
    await using thread = openFragile()
    const order: string[] = []
    const stop = new AbortController()
    const note = (job: string, urgent: boolean, signal = never): Promise<unknown> =>
      thread.ask(job, { signal, urgent }).then(
        () => order.push(job),
        () => order.push(`${job} given up`),
      )
    const all = [note('first', false), note('slow', false), note('dropped', false, stop.signal), note('urgent', true)]
    stop.abort(new Error('enough'))
    await Promise.all(all)
    expect(order).toEqual(['dropped given up', 'first', 'urgent', 'slow'])
  })

  it('lets nobody wait once it is closed', async () => {
    const thread = openFragile()
    const waiting = [thread.ask('hang', patient), thread.ask('a', patient)].map((answer) => answer.catch((error: unknown) => error))
    await thread.load()
    await thread[Symbol.asyncDispose]()
    for (const answer of await Promise.all(waiting)) expect(answer).toMatchObject({ code: 'unavailable', message: /is closed/ })
    await expect(thread.ask('a', patient)).rejects.toMatchObject({ message: /is closed/ })
    expect(thread.lives()).toBe(1)
  })
})
