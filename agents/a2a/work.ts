/** Works on tasks in the background, so that they go on when their clients have gone, and takes over what a stopped process left. */
import { Fault } from '../../platform/fault.ts'
import type { Platform } from '../../platform/platform.ts'
import type { Orchestrator } from '../chat.ts'
import { createFeed, type Feed } from './feed.ts'
import { currentOf, isOpen, type Job, type JobGround, performTurn, type Said } from './perform.ts'
import { decidedTasks, holdTask, type Kept, leaseMs, letGoOfTask, loadTask, saveTask, takeAbandoned, takeTask } from './tasks.ts'
import { turnOfTask } from './turn.ts'
import { isSettled, type StreamEvent } from './wire.ts'

export interface WorkOptions {
  readonly platform: Platform
  readonly orchestrator: Orchestrator
  /** Address of this server, without a slash at the end. */
  readonly url: string
  /** Told of every change, after it was saved. */
  readonly onChange: (kept: Kept, event: StreamEvent) => void
  /** Between two looks for tasks that nobody works on, or whose approvals were decided. Default 5 s. */
  readonly lookMs?: number
}

type Named = Pick<Kept, 'task' | 'caller'>

const keyOf = ({ task, caller }: Named): string => `${caller.workspace}/${task.id}`

/** Open until `close`: it looks for tasks to take over or to go on with, every few seconds and at each decision. */
export class Work {
  readonly #options: WorkOptions
  readonly #jobs = new Map<string, { readonly job: Job; readonly done: Promise<void> }>()
  readonly #feeds = new Map<string, Feed<StreamEvent>>()
  readonly #closing = new AbortController()
  readonly #timers: readonly NodeJS.Timeout[]
  readonly #unsubscribe: () => void
  #looking = Promise.resolve()

  constructor(options: WorkOptions) {
    this.#options = options
    const { lookMs = 5000 } = options
    this.#timers = [
      setInterval(() => this.#lookSoon(), lookMs),
      setInterval(() => this.#soon(() => this.#hold()), Math.min(lookMs, leaseMs / 4)),
    ]
    for (const timer of this.#timers) timer.unref()
    this.#unsubscribe = options.platform.events.subscribe((event) => {
      if (event.type === 'approval' && event.state !== 'pending') this.#lookSoon()
    })
    this.#lookSoon()
  }

  /** Begins a turn of a task that was inserted or taken for it. */
  begin(kept: Kept, said: Said, looks = mostLooks): void {
    const { platform, orchestrator, url, lookMs = 5000 } = this.#options
    const turn = turnOfTask(kept.task, { now: platform.now, newId: platform.newId, decideAt: `${url}/#/approvals` })
    const job: Job = { kept, turn, stop: new AbortController(), told: kept, looks, savedAt: 0, over: false }
    const ground: JobGround = {
      platform,
      orchestrator,
      lookMs,
      closing: this.#closing.signal,
      tell: (now, events) => this.#tell(now, events),
    }
    const done = performTurn(ground, job, said)
      .catch((error: unknown) => platform.log.error({ error }, 'A task could not be kept.'))
      .finally(() => {
        // Its next turn may have begun already.
        if (this.#jobs.get(keyOf(kept))?.job === job) this.#jobs.delete(keyOf(kept))
      })
    this.#jobs.set(keyOf(kept), { job, done })
  }

  /** True while this process works on it. */
  has(kept: Named): boolean {
    return this.#jobs.has(keyOf(kept))
  }

  /** The task as its followers know it, where this process works on it. */
  current(kept: Named): Kept | undefined {
    return this.#jobs.get(keyOf(kept))?.job.told
  }

  /** How many tasks this process works on for a caller. */
  countOf({ workspace, id }: Kept['caller']): number {
    return [...this.#jobs.values()].filter(({ job: { kept } }) => kept.caller.workspace === workspace && kept.caller.id === id).length
  }

  /** Changes from now on, in this process, until the follower has left. */
  follow(kept: Named, left: AbortSignal): AsyncGenerator<StreamEvent, void, undefined> {
    const key = keyOf(kept)
    const feed = this.#feeds.get(key) ?? createFeed<StreamEvent>()
    this.#feeds.set(key, feed)
    const events = feed.follow(left)
    const forget = (): void => {
      if (feed.followers === 0 && this.#feeds.get(key) === feed) this.#feeds.delete(key)
    }
    if (left.aborted) forget()
    else left.addEventListener('abort', forget, { once: true })
    return events
  }

  /** Ends it, here or in another process, with the calls that wait for a person. False when it had ended already. */
  async cancel(kept: Kept): Promise<boolean> {
    const { platform } = this.#options
    const job = this.#jobs.get(keyOf(kept))?.job
    const from = job ? currentOf(job) : kept
    const status = { state: 'TASK_STATE_CANCELED', timestamp: platform.now().toISOString() } as const
    const ended: Kept = { ...from, waiting: [], task: { ...from.task, status } }
    if (job) job.over = true
    const saved = await saveTask(platform.db, ended)
    job?.stop.abort()
    for (const approval of from.waiting) await cancelCall(platform, approval, kept.caller.workspace)
    if (saved) this.#tell(ended, [statusOf(ended)])
    return saved
  }

  /** Goes on with a task that waited, where its approvals have been decided. False while it still waits. */
  async goOn(kept: Kept): Promise<boolean> {
    const { platform } = this.#options
    if (kept.waiting.length === 0 || !(await allDecided(platform, kept)) || !(await takeTask(platform.db, kept))) return false
    this.begin(workingOn(kept), { resume: true }, fewLooks)
    return true
  }

  /** Resolves when no task is worked on; what was cut is left for the next start. */
  async close(): Promise<void> {
    // To the orchestrator this reason means: leave the turn for the next start.
    this.#closing.abort(new Fault('unavailable', 'The server is stopping.'))
    this.#unsubscribe()
    for (const timer of this.#timers) clearInterval(timer)
    await this.#looking
    const left = [...this.#jobs.values()]
    const grace = new Promise((resolve) => setTimeout(resolve, graceMs).unref())
    await Promise.race([Promise.all(left.map(({ done }) => done)), grace])
    for (const { job } of left) if (isOpen(job)) await letGoOfTask(this.#options.platform.db, job.kept)
    for (const feed of this.#feeds.values()) feed.end()
  }

  #tell(kept: Kept, events: readonly StreamEvent[]): void {
    for (const event of events) {
      this.#feeds.get(keyOf(kept))?.publish(event)
      this.#options.onChange(kept, event)
    }
  }

  #lookSoon(): void {
    this.#soon(() => this.#look())
  }

  #soon(work: () => Promise<void>): void {
    if (this.#closing.signal.aborted) return
    this.#looking = this.#looking
      .then(() => (this.#closing.signal.aborted ? undefined : work()))
      .catch((error: unknown) => this.#options.platform.log.warn({ error }, 'Tasks could not be looked after.'))
  }

  async #look(): Promise<void> {
    const { db, log } = this.#options.platform
    for (const kept of await takeAbandoned(db)) if (!this.has(kept)) this.begin(kept, { resume: true })
    // One that cannot be gone on with must not keep the others waiting.
    for (const kept of await decidedTasks(db))
      await this.goOn(kept).catch((error: unknown) => log.warn({ error, task: kept.task.id }, 'A task could not be gone on with.'))
  }

  /** Says of each task that this process lives; hears when another has ended it. */
  async #hold(): Promise<void> {
    const { db } = this.#options.platform
    for (const { job } of this.#jobs.values()) {
      if (!isOpen(job) || (await holdTask(db, job.kept))) continue
      const kept = await loadTask(db, job.kept.caller, job.kept.task.id)
      if (kept === undefined || !isOpen(job) || !isSettled(kept.task.status.state)) continue
      job.over = true
      job.stop.abort()
      this.#tell(kept, [statusOf(kept)])
    }
  }
}

/** Looks for the answer of a conversation that others go on with: ten minutes at the usual pace, as long as a turn may take. */
const mostLooks = 120

/** Where nobody else should be at it. */
const fewLooks = 6

/** How long turns may take to end when the server closes. */
const graceMs = 2000

const statusOf = ({ task: { id: taskId, contextId, status } }: Kept): StreamEvent => ({ statusUpdate: { taskId, contextId, status } })

/** A settled task as its next turn finds it. */
export function workingOn(kept: Kept): Kept {
  const { task } = kept
  return { ...kept, waiting: [], task: { ...task, status: { state: 'TASK_STATE_WORKING', timestamp: task.status.timestamp } } }
}

async function allDecided({ approvals }: Platform, { waiting, caller }: Kept): Promise<boolean> {
  for (const id of waiting) if ((await approvals.get(id, caller.workspace)).state === 'pending') return false
  return true
}

/** What nobody waits for any more must not run when somebody approves it later. */
async function cancelCall({ approvals, runs, log }: Platform, id: string, workspace: string): Promise<void> {
  try {
    const { run } = await approvals.get(id, workspace)
    await runs.cancel(run, workspace)
  } catch (error) {
    if (!(error instanceof Fault)) log.warn({ error }, 'A call that waited could not be cancelled.')
  }
}
