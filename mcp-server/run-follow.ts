/** Waiting on what a call became: first for a person to decide, then for the run to end. */
import type { ApprovalState } from '../platform/approvals/approvals.ts'
import type { Platform } from '../platform/platform.ts'
import type { Run } from '../platform/runs/runs.ts'
import { watchUntil } from '../platform/watch.ts'
import type { ProgressListener } from './progress.ts'

export interface Follow {
  readonly workspace: string
  /** Abort cancels the run. */
  readonly signal: AbortSignal
  readonly onProgress: ProgressListener | undefined
}

/** The run once it has ended. */
export async function untilEnded(platform: Platform, id: string, { workspace, signal, onProgress }: Follow): Promise<Run> {
  const cancel = (): void => void platform.runs.cancel(id, workspace).catch(() => undefined)
  const stop = platform.events.subscribe((event) => {
    if (event.type === 'run' && event.run === id && event.progress) onProgress?.(event.progress)
  })
  if (signal.aborted) cancel()
  signal.addEventListener('abort', cancel, { once: true })
  try {
    return await platform.runs.settled(id, workspace, { ms: Number.POSITIVE_INFINITY })
  } finally {
    stop()
    signal.removeEventListener('abort', cancel)
  }
}

/** How often to look where another process may have written the decision. */
const lookMs = 1000

/** The state of an approval once it is decided; `pending` when the time is up or the signal aborts. */
export async function untilDecided(
  platform: Platform,
  approval: string,
  { workspace, signal, ms }: { readonly workspace: string; readonly signal: AbortSignal; readonly ms: number },
): Promise<ApprovalState> {
  const { state } = await watchUntil({
    events: platform.events,
    concerns: (event) => event.type === 'approval' && event.approval === approval,
    read: () => platform.approvals.get(approval, workspace),
    over: (now) => now.state !== 'pending',
    lookMs,
    ms,
    signal,
  })
  return state
}
