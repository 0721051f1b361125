/** Waiting for a run to end, or to wait for a person. */
import { type Watch, watchUntil } from '../watch.ts'
import type { Run, RunState } from './runs.ts'

const settledStates: readonly RunState[] = ['waiting', 'succeeded', 'failed', 'cancelled']

export interface RunWatch extends Omit<Watch<Run>, 'concerns' | 'over'> {
  readonly id: string
}

/** The run once it ended or waits for a person; as it is when the time is up or the signal aborts. */
export function untilSettled({ id, ...watch }: RunWatch): Promise<Run> {
  return watchUntil({
    ...watch,
    concerns: (event) => event.type === 'run' && event.run === id && isSettled(event.state),
    over: ({ state }) => isSettled(state),
  })
}

const isSettled = (state: string): boolean => settledStates.some((settled) => settled === state)
