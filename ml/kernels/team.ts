/**
 * Threads that share the work of one loop: a task is cut into units, and whoever is free takes the next. The caller works
 * too and waits for the last unit, so a task looks like a plain function call. Which thread takes which unit is chance:
 * units must write to places of their own, so that the result is always the same.
 */
import { Worker } from 'node:worker_threads'

/** Does one unit of a task. `thread` counts from 0, the caller, and is its own place for scratch. */
export type Perform = (task: number, unit: number, thread: number) => void

export interface Team {
  readonly threads: number
  /** Returns when all units are done; what they wrote is then visible here. */
  run(task: number, units: number): void
  /** Ends the other threads. They also end with the thread that opened the team. */
  close(): void
}

/** Places in the control block. */
const [TASK, LEFT, DONE, ROUND, SLEEPERS, WAITING, FAILED, CLOSED, SIZE] = [0, 1, 2, 3, 4, 5, 6, 7, 8]

/** Looks at the control block this often before it sleeps: some 20 µs, less than falling asleep and waking up costs. */
const spins = 2000

/** What a helper thread is started with; `data` is what its worker file makes its `Perform` from. */
export interface HelperInput<D> {
  readonly control: Int32Array
  readonly thread: number
  readonly data: D
}

/** A team of `threads`, the caller's own included. `worker` is a file that calls `serveTeam` with its workerData. */
export function openTeam<D>(
  perform: Perform,
  { threads, worker, data }: { readonly threads: number; readonly worker: URL; readonly data: D },
): Team {
  const control = new Int32Array(new SharedArrayBuffer(4 * SIZE))
  for (let thread = 1; thread < threads; thread++) startHelper(worker, { control, thread, data })
  return {
    threads,
    run: (task, units) => {
      if (threads === 1 || units < 2) for (let unit = units - 1; unit >= 0; unit--) perform(task, unit, 0)
      else runTogether(control, task, { units, perform })
    },
    close: () => {
      Atomics.store(control, CLOSED, 1)
      Atomics.add(control, ROUND, 1)
      Atomics.notify(control, ROUND)
    },
  }
}

function startHelper<D>(file: URL, input: HelperInput<D>): void {
  const worker = new Worker(file, { workerData: input })
  /** It must not keep the process alive; if it cannot start, the caller does all the work. */
  worker.unref()
  worker.on('error', () => undefined)
}

function runTogether(control: Int32Array, task: number, { units, perform }: { readonly units: number; readonly perform: Perform }): void {
  control[TASK] = task
  Atomics.store(control, DONE, 0)
  Atomics.store(control, LEFT, units)
  Atomics.add(control, ROUND, 1)
  if (Atomics.load(control, SLEEPERS) > 0) Atomics.notify(control, ROUND)
  for (let unit = claim(control); unit >= 0; unit = claim(control)) {
    perform(task, unit, 0)
    Atomics.add(control, DONE, 1)
  }
  awaitLast(control, units)
  if (Atomics.load(control, FAILED) === 1) throw new Error('A helper thread failed in its part of the work.')
}

/** A unit nobody else has, or -1. */
function claim(control: Int32Array): number {
  return Atomics.load(control, LEFT) > 0 ? Math.max(-1, Atomics.sub(control, LEFT, 1) - 1) : -1
}

function awaitLast(control: Int32Array, units: number): void {
  for (let spin = 0; spin < spins; spin++) if (Atomics.load(control, DONE) === units) return
  Atomics.store(control, WAITING, 1)
  for (let done = Atomics.load(control, DONE); done < units; done = Atomics.load(control, DONE)) Atomics.wait(control, DONE, done)
  Atomics.store(control, WAITING, 0)
}

/** The life of a helper thread: takes units until the team is closed. */
export function serveTeam({ control, thread }: Pick<HelperInput<unknown>, 'control' | 'thread'>, perform: Perform): void {
  while (Atomics.load(control, CLOSED) === 0) {
    const round = Atomics.load(control, ROUND)
    for (let unit = claim(control); unit >= 0; unit = claim(control)) {
      help(control, () => perform(control[TASK] ?? 0, unit, thread))
      Atomics.add(control, DONE, 1)
      if (Atomics.load(control, WAITING) === 1) Atomics.notify(control, DONE)
    }
    awaitRound(control, round)
  }
}

/** A failure is told through the control block: the caller is in no state to hear of it in another way. */
function help(control: Int32Array, work: () => void): void {
  try {
    work()
  } catch {
    Atomics.store(control, FAILED, 1)
  }
}

function awaitRound(control: Int32Array, round: number): void {
  for (let spin = 0; spin < spins; spin++) if (Atomics.load(control, ROUND) !== round) return
  Atomics.add(control, SLEEPERS, 1)
  Atomics.wait(control, ROUND, round)
  Atomics.sub(control, SLEEPERS, 1)
}
