/** Durable runs: work that outlives a request and a crash. The queue is pg-boss; the record and the journal are ours. */
import type { Caller } from '../caller.ts'
import type { Queryable } from '../database/database.ts'
import type { Fault } from '../fault.ts'
import type { Schedules } from './schedules.ts'

export const runStates = ['queued', 'running', 'waiting', 'succeeded', 'failed', 'cancelled'] as const
export type RunState = (typeof runStates)[number]

export interface RunProgress {
  readonly fraction?: number
  readonly message: string
}

export interface Run {
  readonly id: string
  readonly workspace: string
  readonly tool: string
  readonly input: unknown
  readonly caller: Caller
  readonly origins: unknown
  readonly state: RunState
  /** Starts at 1 with the first delivery. */
  readonly attempt: number
  readonly progress: RunProgress | null
  /** {content, data} of a run that succeeded. */
  readonly result: unknown
  readonly error: { readonly code: string; readonly message: string } | null
  readonly approval: string | null
  readonly parent: string | null
  readonly createdAt: Date
  readonly startedAt: Date | null
  readonly endedAt: Date | null
}

export interface NewRun {
  readonly id: string
  readonly tool: string
  readonly input: unknown
  readonly caller: Caller
  readonly origins?: unknown
  /** Present: the run waits until this approval is given. */
  readonly approval?: string
  readonly parent?: string
  readonly step?: string
}

/** Handed to whoever performs a delivered run. */
export interface Delivery {
  readonly run: Run
  /** Aborts on cancel, on shutdown and when the lease is lost. */
  readonly signal: AbortSignal
  progress(progress: RunProgress): void
}

export interface Runs {
  /** Calls that become runs by the clock, in the processes that `work`. */
  readonly schedules: Schedules
  /** Records the run and queues it, both in `tx`; waits instead of queueing when it carries an approval. */
  create(tx: Queryable, run: NewRun): Promise<void>
  /** Call after the transaction of `create` or `release` committed: this process starts the run at once if it is a worker. */
  wake(): void
  /** waiting -> queued. */
  release(tx: Queryable, id: string): Promise<void>
  /** running -> waiting, by the process that holds it: what it does needs a person's yes first. */
  park(tx: Queryable, id: string, approval: string): Promise<void>
  /** running -> succeeded, in the transaction of its effect. */
  succeed(tx: Queryable, id: string, result: unknown): Promise<void>
  /** Any open state -> failed or cancelled. */
  fail(tx: Queryable, id: string, fault: Fault): Promise<void>
  /** Throws `not_found`. */
  get(id: string, workspace: string): Promise<Run>
  list(workspace: string, options?: { readonly tool?: string; readonly state?: RunState; readonly limit?: number }): Promise<readonly Run[]>
  /** A queued or waiting run ends at once, a running one as soon as its code hears the signal. */
  cancel(id: string, workspace: string): Promise<Run>
  /** The run once it ended (or waits for a person), or as it is after `ms`. */
  settled(id: string, workspace: string, options: { readonly ms: number; readonly signal?: AbortSignal }): Promise<Run>
  /** The output of a journalled step, when it was done before. */
  recall<T = unknown>(id: string, step: string): Promise<{ readonly output: T } | undefined>
  /** Journals a step's output in the transaction of its effect. */
  journal(
    tx: Queryable,
    entry: { readonly run: string; readonly step: string; readonly attempt: number; readonly output: unknown },
  ): Promise<void>
  /** Takes deliveries until `stop`: first what a crash left behind, then the queue. */
  work(perform: (delivery: Delivery) => Promise<void>): Promise<void>
  /** Lets running work end for `graceMs`, then aborts it and gives it back to the queue. */
  stop(graceMs?: number): Promise<void>
}
