/**
 * Grows the trees of a forest on several threads. Whoever is free claims the next tree; trees are handed over in order, so
 * that nothing tells how many threads there were. The thread that fits grows trees itself and never waits for good: what
 * another thread does not deliver, it grows again.
 */
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads'
import type { Grown } from './grow.ts'
import { type ForestPlan, planGrower } from './plan.ts'

/** What a helping thread is given. */
export interface HandInput {
  readonly plan: ForestPlan
  /** The next tree to claim, and how many were delivered by helping threads. */
  readonly counters: Int32Array
  readonly port: MessagePort
}

/** What it hands over. */
export interface Delivery {
  readonly tree: number
  readonly grown: Grown
}

/** Positions in `counters`. */
export const [next, delivered] = [0, 1] as const

/** Below this many rows times trees, starting a thread costs more than it saves. */
const worthSharing = 500_000

/** A helping thread is no longer waited for after this many milliseconds, or as many times the slowest tree so far. */
const patience = { milliseconds: 5000, trees: 20 } as const

/** Calls `take` for each tree from `first` on, in order. */
export function growTrees(
  plan: ForestPlan,
  { first, threads }: { readonly first: number; readonly threads: number },
  take: (grown: Grown) => void,
): void {
  const { trees } = plan.options
  const counters = new Int32Array(new SharedArrayBuffer(8))
  counters[next] = first
  const shares = (trees - first) * plan.columns.rows >= worthSharing
  const ports = shares ? startHands(plan, counters, Math.min(threads, trees - first) - 1) : []
  const grow = planGrower(plan)
  const arrived = new Map<number, Grown>()
  let due = first
  let slowest = 0
  const growOwn = (tree: number): void => {
    const started = performance.now()
    arrived.set(tree, grow(tree))
    slowest = Math.max(slowest, performance.now() - started)
  }
  const pass = (): void => {
    for (const { tree, grown } of ports.flatMap(received)) if (tree >= due) arrived.set(tree, grown)
    for (let grown = arrived.get(due); grown !== undefined; grown = arrived.get(due)) {
      arrived.delete(due++)
      take(grown)
    }
  }
  try {
    for (let tree = Atomics.add(counters, next, 1); tree < trees; tree = Atomics.add(counters, next, 1)) {
      growOwn(tree)
      pass()
    }
    const longest = Math.max(patience.milliseconds, patience.trees * slowest)
    while (due < trees) {
      const before = Atomics.load(counters, delivered)
      pass()
      if (due < trees && Atomics.wait(counters, delivered, before, longest) === 'timed-out') growOwn(due)
    }
  } finally {
    /** Whatever happened here, nobody claims another tree. */
    Atomics.store(counters, next, trees)
    for (const port of ports) port.close()
  }
}

function startHands(plan: ForestPlan, counters: Int32Array, count: number): readonly MessagePort[] {
  return Array.from({ length: Math.max(0, count) }, () => {
    const { port1, port2 } = new MessageChannel()
    const workerData: HandInput = { plan, counters, port: port2 }
    const worker = new Worker(new URL('./crew.worker.ts', import.meta.url), { workerData, transferList: [port2] })
    /** A thread that fails is a thread that delivers nothing. */
    worker.on('error', () => undefined)
    worker.unref()
    return port1
  })
}

function received(port: MessagePort): readonly Delivery[] {
  const all: Delivery[] = []
  for (let got = receiveMessageOnPort(port); got !== undefined; got = receiveMessageOnPort(port)) all.push(got.message)
  return all
}
