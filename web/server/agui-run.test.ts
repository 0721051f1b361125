import { type Event, EventType } from '@ag-ui/core'
import { describe, expect, it, vi } from 'vitest'
import { type AguiRun, createRun, type RunBounds } from './agui-run.ts'

const facts = { threadId: 't', runId: 'r', asked: 'x', planId: 'p' }
const never = new AbortController().signal
const words = (delta: string): Event => ({ type: EventType.TEXT_MESSAGE_CONTENT, messageId: 'm', delta })

function open(bounds: Partial<RunBounds> = {}): AguiRun {
  return createRun(facts, { characters: 10_000, unheardMs: 60_000, ...bounds })
}

async function readAll(run: AguiRun, after = 0, signal = never): Promise<readonly number[]> {
  const read: number[] = []
  for await (const { id } of run.read(after, signal)) read.push(id)
  return read
}

describe('the events of a turn', () => {
  it('reach every reader once and in order, whenever it came and wherever it begins', async () => {
    const run = open()
    const early = [readAll(run), readAll(run, 0)]
    for (const word of ['a', 'b', 'c']) {
      run.add(words(word))
      await Promise.resolve()
    }
    const late = readAll(run, 2)
    run.add(words('d'))
    run.end()
    expect(await Promise.all(early)).toEqual([
      [1, 2, 3, 4],
      [1, 2, 3, 4],
    ])
    expect(await late).toEqual([3, 4])
    expect(await readAll(run, 4)).toEqual([])
  })

  it('are kept within bounds, the newest always; a reader who needs what is gone is told', async () => {
    const run = open({ characters: 500 })
    for (let number = 0; number < 50; number++) run.add(words('x'.repeat(50)))
    run.add(words('y'.repeat(1000)))
    run.end()
    expect(run.first()).toBe(51)
    expect(await readAll(run, 50)).toEqual([51])
    await expect(readAll(run, 10)).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('/agui/threads/t/events') })
  })

  it('stop coming to a reader who leaves', async () => {
    const run = open()
    const gone = new AbortController()
    const reading = readAll(run, 0, gone.signal)
    run.add(words('a'))
    await new Promise((resolve) => setTimeout(resolve, 5))
    gone.abort()
    expect(await reading).toEqual([1])
  })
})

describe('a turn', () => {
  it('waits for its fastest reader, and for nobody when nobody reads', async () => {
    const run = open({ characters: 10_000_000 })
    for (let number = 0; number < 3000; number++) run.add(words('a'))
    await run.room()
    const reader = run.read(0, never)
    await reader.next()
    let free = false
    const room = run.room().then(() => {
      free = true
    })
    await new Promise((resolve) => setTimeout(resolve, 10))
    expect(free).toBe(false)
    for (let number = 0; number < 1500; number++) await reader.next()
    await room
    await reader.return(undefined)
  })

  it('is stopped once nobody has listened for a while, and not before', async () => {
    vi.useFakeTimers()
    try {
      const run = open({ unheardMs: 1000 })
      const gone = new AbortController()
      const reading = readAll(run, 0, gone.signal)
      await vi.advanceTimersByTimeAsync(5000)
      expect(run.stopping.aborted).toBe(false)
      gone.abort()
      await reading
      await vi.advanceTimersByTimeAsync(999)
      expect(run.stopping.aborted).toBe(false)
      await vi.advanceTimersByTimeAsync(2)
      expect(run.stopping.aborted).toBe(true)
    } finally {
      vi.useRealTimers()
    }
  })

  it('that is over is not stopped any more', async () => {
    vi.useFakeTimers()
    try {
      const run = open({ unheardMs: 1000 })
      run.end()
      await vi.advanceTimersByTimeAsync(5000)
      expect(run.stopping.aborted).toBe(false)
    } finally {
      vi.useRealTimers()
    }
  })
})
