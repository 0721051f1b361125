/** Who follows a task in this process: every follower gets every change from the moment it came, in order, at its own pace. */

export interface Feed<T> {
  publish(event: T): void
  /** From now on, until `end` or until the follower has left: a reader that merely stops asking has not. */
  follow(left: AbortSignal): AsyncGenerator<T, void, undefined>
  readonly followers: number
  /** No more will come. */
  end(): void
}

/** A follower that is this far behind has gone away without saying so. */
const mostBehind = 10_000

interface Follower<T> {
  readonly events: T[]
  wake: () => void
  gone: boolean
}

/** Nothing is kept for those who come later; a follower too far behind is dropped. */
export function createFeed<T>(): Feed<T> {
  const followers = new Set<Follower<T>>()
  let ended = false

  const publish = (event: T): void => {
    for (const follower of followers) {
      follower.events.push(event)
      if (follower.events.length > mostBehind) drop(follower)
      follower.wake()
    }
  }
  const drop = (follower: Follower<T>): void => {
    follower.gone = true
    follower.events.length = 0
    followers.delete(follower)
  }

  async function* read(follower: Follower<T>, left: AbortSignal): AsyncGenerator<T, void, undefined> {
    while (!follower.gone) {
      const next = follower.events.shift()
      if (next !== undefined) yield next
      else if (ended || left.aborted) return
      else
        await new Promise<void>((resolve) => {
          follower.wake = resolve
        })
    }
  }

  return {
    publish,
    follow: (left) => {
      const follower: Follower<T> = { events: [], wake: () => undefined, gone: false }
      const leave = (): void => {
        drop(follower)
        follower.wake()
      }
      if (left.aborted) drop(follower)
      else {
        followers.add(follower)
        left.addEventListener('abort', leave, { once: true })
      }
      return read(follower, left)
    },
    get followers() {
      return followers.size
    },
    end: () => {
      ended = true
      for (const { wake } of followers) wake()
    },
  }
}
