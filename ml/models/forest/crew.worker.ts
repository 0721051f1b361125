/** A helping thread of a forest: claims trees, grows and delivers them until none is left, then ends. */
import { workerData } from 'node:worker_threads'
import { type Delivery, delivered, type HandInput, next } from './crew.ts'
import { planGrower } from './plan.ts'

const { plan, counters, port }: HandInput = workerData

const grow = planGrower(plan)
for (let tree = Atomics.add(counters, next, 1); tree < plan.options.trees; tree = Atomics.add(counters, next, 1)) {
  const delivery: Delivery = { tree, grown: grow(tree) }
  port.postMessage(delivery)
  Atomics.add(counters, delivered, 1)
  Atomics.notify(counters, delivered)
}
