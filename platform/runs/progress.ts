/** Progress of one delivery: told to listeners at once, written to the row at most every half second. */
import type { Run, RunProgress } from './runs.ts'

export interface ProgressSink {
  readonly publish: (run: Run, progress: RunProgress) => void
  readonly write: (progress: RunProgress) => Promise<void>
}

export interface ProgressReport {
  report(progress: RunProgress): void
  close(): void
}

const writeMs = 500

export function createProgressReport(run: Run, { publish, write }: ProgressSink): ProgressReport {
  let unwritten: RunProgress | undefined
  let timer: NodeJS.Timeout | undefined
  let closed = false

  const writeLatest = (): void => {
    timer = undefined
    if (unwritten === undefined || closed) return
    const latest = unwritten
    unwritten = undefined
    timer = setTimeout(writeLatest, writeMs)
    // Progress is a courtesy: what cannot be written now is overtaken by the next.
    write(latest).catch(() => undefined)
  }
  return {
    report: (progress) => {
      if (closed) return
      publish(run, progress)
      unwritten = progress
      if (timer === undefined) writeLatest()
    },
    close: () => {
      closed = true
      clearTimeout(timer)
    },
  }
}
