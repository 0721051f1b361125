import { describe, expect, it } from 'vitest'
import { customers, memoryCheckpoints } from '../training/testing.ts'
import { train } from '../training/train.ts'
import type { Trial } from './trial.ts'
import { type TuneWish, tune } from './tune.ts'

const signal = new AbortController().signal
const frame = customers(240, 1)
const wishOf = (wish: Partial<TuneWish>): TuneWish => ({
  spec: { algorithm: 'logistic', target: 'churned', folds: 2, seed: 3 },
  search: 'random',
  stopping: 'none',
  trials: 6,
  ...wish,
})
const record = async (): Promise<void> => undefined
const told = ({ number, params, state, value }: Trial) => ({ number, params, state, value })

describe('a search', () => {
  it.each(['random', 'tpe'] as const)('by %s ends the same for any number of threads, and after kills', async (search) => {
    const wish = wishOf({ search, stopping: 'median', trials: 14 })
    const undisturbed = await tune(frame, wish, { signal, record, threads: 1 })
    expect(undisturbed.trials).toHaveLength(14)
    const checkpoints = memoryCheckpoints()
    let events = 0
    for (const kill of [4, 12]) {
      const controller = new AbortController()
      const onProgress = (): void => {
        if (++events === kill) controller.abort()
      }
      await expect(tune(frame, wish, { signal: controller.signal, record, onProgress, checkpoints, threads: 2 })).rejects.toMatchObject({
        code: 'cancelled',
      })
    }
    const kept = checkpoints.results.size
    expect(kept).toBeGreaterThan(0)
    const recorded: number[] = []
    const resumed = await tune(frame, wish, {
      ...{ signal, checkpoints },
      record: async ({ number }) => void recorded.push(number),
      threads: 2,
    })
    expect(resumed.trials.map(told)).toEqual(undisturbed.trials.map(told))
    expect(Buffer.compare(resumed.bytes, undisturbed.bytes)).toBe(0)
    expect(recorded).toEqual(resumed.trials.map(({ number }) => number))
  })

  it('of a grid tries every combination and keeps the best, which a plain training repeats', async () => {
    const space = { C: [1e-6, 0.01, 1], penalty: ['l2', 'l1'] }
    const { trials: _, ...whole } = wishOf({ search: 'grid', space })
    const { trials, best, params, bytes, metrics } = await tune(frame, whole, { signal, record })
    expect(trials.map(({ tried }) => tried)).toEqual(space.C.flatMap((C) => space.penalty.map((penalty) => ({ C, penalty }))))
    expect(best.value).toBe(Math.max(...trials.map(({ value }) => value ?? 0)))
    const again = await train(frame, { ...whole.spec, params }, { signal })
    expect(again.metrics).toEqual(metrics)
    expect(Buffer.compare(again.bytes, bytes)).toBe(0)
  })

  it('by halves gives most trials a ninth of the rows only', async () => {
    const { trials } = await tune(frame, wishOf({ stopping: 'successive_halving', trials: 9 }), { signal, record })
    const count = (done: number) => trials.filter((trial) => Math.abs(trial.done - done) < 1e-9).length
    expect([count(1 / 9), count(1 / 3), count(1)]).toEqual([6, 2, 1])
    expect(trials.filter(({ state }) => state === 'finished')).toHaveLength(1)
  })

  it('goes on without trials that fail', async () => {
    const space = { C: [1, 1e308] }
    const { trials: _, ...whole } = wishOf({ search: 'grid', space, spec: { algorithm: 'logistic', target: 'churned', folds: 2 } })
    const { trials, best } = await tune(frame, whole, { signal, record })
    expect(trials).toHaveLength(2)
    expect(best.state).toBe('finished')
  })

  it('calibrates the best where that is asked for', async () => {
    const wish = wishOf({ trials: 2, spec: { algorithm: 'logistic', target: 'churned', folds: 2, calibration: 'platt' } })
    const { model, metrics, best } = await tune(frame, wish, { signal, record })
    expect(model.calibration?.method).toBe('platt')
    expect(metrics.log_loss).not.toBe(best.candidate.metrics.log_loss)
  })

  it.each<[string, Partial<TuneWish>, RegExp]>([
    ['no time', { timeBudgetSeconds: 0 }, /time budget of 0 seconds leaves no time/],
    ['an empty range', { space: { C: { low: 2, high: 1 } } }, /range of 'C' from 2 to 1 is empty/],
    ['a range by magnitude from 0', { space: { C: { low: 0, high: 1, log: true } } }, /by magnitude starts at 0/],
    ['values the algorithm refuses', { space: { C: { low: -1, high: 1 } } }, /do not fit logistic.*C/],
    ['a parameter that is not there', { space: { depth: [1] } }, /do not fit logistic.*depth/],
    ['nothing to search', { space: {} }, /nothing to search/],
    [
      'a parameter fixed and searched',
      { space: { C: [1] }, spec: { algorithm: 'logistic', target: 'churned', params: { C: 1 } } },
      /both fixed/,
    ],
    ['a grid beyond measure', { search: 'grid', space: { C: Array(200).fill(1), tol: Array(200).fill(0.1) } }, /40000 combinations/],
  ])('is refused: %s', async (_, wish, words) => {
    await expect(tune(frame, wishOf(wish), { signal, record })).rejects.toThrow(words)
  })
})
