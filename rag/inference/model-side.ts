/** The model's side of its process: what it is told by the parent and tells it; it lives no longer than the parent does. */
import { once } from 'node:events'

/** An interrupt at the terminal reaches every process; the parent decides when this one ends. */
const parentsSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

export async function settingsFromParent(): Promise<unknown> {
  process.on('disconnect', () => process.exit())
  for (const signal of parentsSignals) process.on(signal, () => undefined)
  const [first] = await once(process, 'message')
  return first.settings
}

export function tellParent(message: unknown): void {
  if (process.connected) process.send?.(message)
}

export function answerJobs<Job>(perform: (job: Job) => Promise<unknown>): void {
  process.on('message', ({ id, job }: { readonly id: number; readonly job: Job }) => {
    perform(job).then(
      (answer) => tellParent({ id, answer }),
      (error: unknown) => tellParent({ id, error: wordsOf(error) }),
    )
  })
}

export function wordsOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 500)
}
