/** How far a training has come: what a checkpoint holds, and all that the next epoch depends on beside seed and rows. */
import { z } from 'zod'
import { float32s } from '../numbers.ts'
import type { Network } from './network.ts'

export interface Progress {
  /** Epochs done. */
  epoch: number
  /** Steps of Adam done. */
  steps: number
  /** Adam's mean of the gradients, by weight. */
  readonly first: Float32Array
  /** Adam's mean of their squares. */
  readonly second: Float32Array
  readonly best: { epoch: number; loss: number; readonly weights: Float32Array }
  /** As structured-clone data, for `restoredProgress`. */
  copy(): unknown
}

const saved = z.strictObject({
  epoch: z.int().min(0),
  steps: z.int().min(0),
  weights: float32s,
  first: float32s,
  second: float32s,
  best: z.strictObject({ epoch: z.int().min(0), loss: z.number().nullable(), weights: float32s }),
})
type Saved = z.output<typeof saved>

export function startProgress(network: Network): Progress {
  const { length } = network.weights
  const first = network.matrices.floats(length)
  const second = network.matrices.floats(length)
  const best = { epoch: 0, loss: Number.POSITIVE_INFINITY, weights: network.weights.slice() }
  const progress = { epoch: 0, steps: 0, first, second, best }
  const copy = (): Saved => {
    const { epoch, steps } = progress
    const loss = Number.isFinite(best.loss) ? best.loss : null
    const weights = Float32Array.from(network.weights)
    return {
      epoch,
      steps,
      weights,
      first: Float32Array.from(first),
      second: Float32Array.from(second),
      best: { ...best, loss, weights: best.weights.slice() },
    }
  }
  return Object.assign(progress, { copy })
}

/** Puts what `copy` gave back into the network; undefined when there is nothing that fits it, and training starts anew. */
export function restoredProgress(network: Network, restored: unknown): Progress | undefined {
  const { data } = saved.safeParse(restored)
  if (data === undefined) return undefined
  const lists = [data.weights, data.first, data.second, data.best.weights]
  if (lists.some(({ length }) => length !== network.weights.length)) return undefined
  const progress = startProgress(network)
  network.weights.set(data.weights)
  progress.first.set(data.first)
  progress.second.set(data.second)
  progress.best.weights.set(data.best.weights)
  progress.best.epoch = data.best.epoch
  progress.best.loss = data.best.loss ?? Number.POSITIVE_INFINITY
  progress.epoch = data.epoch
  progress.steps = data.steps
  return progress
}
