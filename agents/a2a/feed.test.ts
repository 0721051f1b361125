import { describe, expect, it } from 'vitest'
import { createFeed } from './feed.ts'

async function all<T>(events: AsyncIterable<T>): Promise<T[]> {
  const seen: T[] = []
  for await (const event of events) seen.push(event)
  return seen
}

describe('a feed', () => {
  it('gives each follower everything from the moment it came', async () => {
    const feed = createFeed<number>()
    const staying = new AbortController()
    const first = feed.follow(staying.signal)
    feed.publish(1)
    const second = feed.follow(staying.signal)
    feed.publish(2)
    feed.end()
    expect(await all(first)).toEqual([1, 2])
    expect(await all(second)).toEqual([2])
  })

  it('lets a follower leave while it waits, and forgets it', async () => {
    const feed = createFeed<number>()
    const leaving = new AbortController()
    const reading = all(feed.follow(leaving.signal))
    expect(feed.followers).toBe(1)
    leaving.abort()
    expect(await reading).toEqual([])
    expect(feed.followers).toBe(0)
    feed.publish(1)
  })

  it('drops a follower that never reads', async () => {
    const feed = createFeed<number>()
    const events = feed.follow(new AbortController().signal)
    for (let number = 0; number <= 10_000; number++) feed.publish(number)
    expect(feed.followers).toBe(0)
    expect(await all(events)).toEqual([])
  })
})
