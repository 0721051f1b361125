/** A run's life as Server-Sent Events: the record whenever something happened to it, with the newest progress of this process. */
import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Caller } from '../../platform/caller.ts'
import type { Events } from '../../platform/events.ts'
import type { Run, RunProgress } from '../../platform/runs/runs.ts'
import { hangUp, type ServerContext } from './context.ts'
import { openEventStream, serverSentEvent } from './event-stream.ts'
import { runViewFor } from './run-view.ts'

/** How often the record is read when no event says that it changed: another machine may work the run. */
const pollMs = 1000
/** Progress that comes faster than people read is skipped. */
const paceMs = 100

/**
 * `run` events, one at first and one for every change; the stream ends with the one that carries `endedAt`,
 * or with `closing` when the server stops. Throws `not_found` before anything is sent.
 */
export async function streamRun(
  { waist, closing }: Pick<ServerContext, 'waist' | 'closing'>,
  res: ServerResponse,
  which: { readonly id: string; readonly caller: Caller },
): Promise<void> {
  const { runs, events } = waist.platform
  const watch = watchRun(events, which.id)
  const gone = hangUp(res)
  const stop = AbortSignal.any([gone, closing])
  try {
    const view = runViewFor({ waist }, which.caller)
    const { workspace } = which.caller
    let run = await runs.get(which.id, workspace)
    const stream = openEventStream(res, { contentType: 'text/event-stream', signal: gone })
    let shown = ''
    let count = 0
    while (true) {
      const data = view(withProgress(run, watch.progress()))
      const text = JSON.stringify(data)
      if (text !== shown) await stream.write(serverSentEvent('run', data, ++count))
      shown = text
      if (run.endedAt !== null || stop.aborted) break
      await watch.next(pollMs, stop)
      await sleep(paceMs, undefined, { signal: stop }).catch(() => undefined)
      if (!gone.aborted) run = await runs.get(which.id, workspace)
    }
    const words = 'The server is stopping; the run goes on when it is back. Connect again then.'
    if (run.endedAt === null) await stream.write(serverSentEvent('closing', { message: words }, ++count))
    stream.end()
  } finally {
    watch.stop()
  }
}

/** Progress is recorded now and then, and told at once. */
function withProgress(run: Run, told: RunProgress | undefined): Run {
  return run.state === 'running' && told !== undefined ? { ...run, progress: told } : run
}

interface Watch {
  /** The newest that was told in this process. */
  progress(): RunProgress | undefined
  /** Resolves at the next event about the run, or one that came since the last call; at the latest after `ms`. */
  next(ms: number, signal: AbortSignal): Promise<void>
  stop(): void
}

function watchRun(events: Events, run: string): Watch {
  let woken = false
  let wake = (): void => undefined
  let progress: RunProgress | undefined
  const stop = events.subscribe((event) => {
    if (event.type !== 'run' || event.run !== run) return
    progress = event.progress ?? progress
    woken = true
    wake()
  })
  return {
    stop,
    progress: () => progress,
    next: async (ms, signal) => {
      if (!woken && !signal.aborted) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms)
          const end = (): void => {
            clearTimeout(timer)
            signal.removeEventListener('abort', end)
            resolve()
          }
          signal.addEventListener('abort', end, { once: true })
          wake = end
        })
      }
      woken = false
      wake = () => undefined
    },
  }
}
