/** One signal for a turn out of several that live longer than it: linked by hand, so that nothing of a turn stays with them. */
import { Fault } from '../../platform/fault.ts'

export interface TurnSignal {
  /** Aborts for whatever reason the turn has to stop. */
  readonly signal: AbortSignal
  /** Aborts when the turn has really ended, and not when it is only left for another process to go on with. */
  readonly cancel: AbortSignal
  abort(reason: unknown): void
  release(): void
}

/** The server stops, or another process holds the turn: nothing is cancelled, the turn is left as it is. */
export class Left extends Fault {}

/** Who aborts with `unavailable` stops the server, not the turn. */
const leaves = (reason: unknown): boolean => reason instanceof Fault && (reason instanceof Left || reason.code === 'unavailable')

export function linkSignals(
  sources: readonly AbortSignal[],
  { ms, late }: { readonly ms: number; readonly late: () => Fault },
): TurnSignal {
  const turn = new AbortController()
  const cancel = new AbortController()
  const abort = (reason: unknown): void => {
    if (turn.signal.aborted) return
    turn.abort(
      leaves(reason) && !(reason instanceof Left)
        ? new Left('unavailable', 'The server is stopping. The answer goes on when it is back.')
        : reason,
    )
    if (!leaves(reason)) cancel.abort(reason)
  }
  const listeners = sources.map((source) => ({ source, listener: () => abort(source.reason) }))
  for (const { source, listener } of listeners) {
    if (source.aborted) listener()
    else source.addEventListener('abort', listener, { once: true })
  }
  const timer = setTimeout(() => abort(late()), Math.min(Math.max(0, ms), longestTimer))
  return {
    signal: turn.signal,
    cancel: cancel.signal,
    abort,
    release: () => {
      clearTimeout(timer)
      for (const { source, listener } of listeners) source.removeEventListener('abort', listener)
    },
  }
}

/** What a timer can hold. */
const longestTimer = 2 ** 31 - 1
