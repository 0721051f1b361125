import { describe, expect, it } from 'vitest'
import { algorithms } from '../models/algorithms.ts'
import { isSupervised } from '../models/problem.ts'
import { decodeState, encodeState } from './fit-state.ts'
import type { TrainSpec } from './spec.ts'
import { customers, memoryCheckpoints } from './testing.ts'
import { train } from './train.ts'

const signal = new AbortController().signal
const frame = customers(300, 1)

/** Algorithms that work in steps, short enough to test and long enough to be killed in the middle. */
const stepwise: Readonly<Record<string, TrainSpec['params']>> = {
  gradient_boosting: { n_estimators: 25, min_data_in_leaf: 5 },
  random_forest: { n_estimators: 12 },
  extra_trees: { n_estimators: 12 },
  neural_network: { max_epochs: 12 },
  kmeans: { n_clusters: 6, n_init: 4 },
  gaussian_mixture: { n_components: 3 },
}
const known = algorithms.filter(({ name }) => name in stepwise)
const specOf = (name: string): TrainSpec => {
  const supervised = known.find((each) => each.name === name)?.tasks.some(isSupervised)
  return { algorithm: name, folds: 2, seed: 5, ...(supervised && { target: 'churned' }), params: stepwise[name] ?? {} }
}

describe('a training that is killed', () => {
  it.each(known.map(({ name }) => name))('goes on where it was and ends in the same bytes: %s', async (name) => {
    const spec = specOf(name)
    const undisturbed = await train(frame, spec, { signal })
    const checkpoints = memoryCheckpoints()
    let told = 0
    for (const kill of [4, 17]) {
      const controller = new AbortController()
      const onProgress = (): void => {
        if (++told === kill) controller.abort()
      }
      await train(frame, spec, { signal: controller.signal, onProgress, checkpoints, threads: 1 + (kill % 2) }).catch((error: unknown) =>
        expect(error).toMatchObject({ code: 'cancelled' }),
      )
    }
    const resumed = await train(frame, spec, { signal, checkpoints, threads: 2 })
    expect(checkpoints.results.size).toBe(2)
    expect(Buffer.compare(resumed.bytes, undisturbed.bytes)).toBe(0)
    expect(resumed.metrics).toEqual(undisturbed.metrics)
    expect(resumed.curve).toEqual(undisturbed.curve)
  })

  it('does no finished fold again', async () => {
    const logistic: TrainSpec = { algorithm: 'logistic', target: 'churned', folds: 2 }
    const checkpoints = memoryCheckpoints()
    await train(frame, logistic, { signal, checkpoints })
    checkpoints.keepResult('run_test/logistic/0', { metrics: { roc_auc: 0.25 }, baseline: {}, seconds: 0 })
    const { folds } = await train(frame, logistic, { signal, checkpoints })
    expect(folds[0]?.metrics).toEqual({ roc_auc: 0.25 })
  })
})

describe('the state of a fit', () => {
  it('comes back as it was, typed arrays and all', () => {
    const state = { scores: Float64Array.of(1, Number.NaN, -0), trees: [Int32Array.of(3)], at: 7n }
    const shared = new Float64Array(new SharedArrayBuffer(16)).fill(2)
    const bytes = encodeState('run/fold', { state: { ...state, shared }, curve: [{ step: 1, loss: 0.5 }] })
    expect(decodeState('run/fold', bytes)).toEqual({ state: { ...state, shared: Float64Array.of(2, 2) }, curve: [{ step: 1, loss: 0.5 }] })
  })

  it('is not read for another job, nor when it is torn', () => {
    const bytes = encodeState('run/fold', { state: 1, curve: [] })
    expect(decodeState('run/other', bytes)).toBeUndefined()
    expect(decodeState('run/fold', bytes.subarray(0, bytes.length - 3))).toBeUndefined()
    expect(decodeState('run/fold', new Uint8Array(10))).toBeUndefined()
  })
})
