/** Trying again, after longer and longer waits; what lasted for a while starts them anew. */

export interface Retry {
  /** A try begins. */
  begun(): void
  /** It failed, or what it opened ended: another one later. */
  later(): void
  /** So few tries failed that another at once does no harm. */
  isEarly(): boolean
  stop(): void
}

const longestWaitMs = 300_000
const steadyMs = 60_000

export function createRetry(attempt: () => void, firstWaitMs = 1_000): Retry {
  let failures = 0
  let since = performance.now()
  let timer: NodeJS.Timeout | undefined
  return {
    begun: () => {
      since = performance.now()
    },
    later: () => {
      if (performance.now() - since > steadyMs) failures = 0
      clearTimeout(timer)
      timer = setTimeout(attempt, Math.min(firstWaitMs * 2 ** failures, longestWaitMs)).unref()
      failures = Math.min(failures + 1, 20)
    },
    isEarly: () => failures <= 1,
    stop: () => clearTimeout(timer),
  }
}
