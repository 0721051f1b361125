/** k-means from several beginnings, the best of which is kept: what `kmeans` fits and a Gaussian mixture begins with. */
import { z } from 'zod'
import { seededRandom } from '../../evaluation/seeded-random.ts'
import type { FitControl } from '../algorithm.ts'
import { float64s, int32s } from '../numbers.ts'
import type { Points } from '../points/encoding.ts'
import { assigned, inertiaOf, sweep, type Weighed } from './lloyd.ts'
import { seedCentres } from './seeding.ts'

export interface KMeansOptions {
  readonly clusters: number
  readonly runs: number
  readonly sweeps: number
  /** Relative to the mean variance of the coordinates, as in scikit-learn. */
  readonly tolerance: number
}

const foundSchema = z.strictObject({ centres: float64s, labels: int32s, inertia: z.number(), sweeps: z.int() })
export type FoundClusters = z.infer<typeof foundSchema>

/** Bounds are infinite where there is only one centre. */
const bounds = z.custom<Float64Array>((value) => value instanceof Float64Array)
const runSchema = z.strictObject({
  run: z.int(),
  /** Over all runs. */
  step: z.int(),
  sweeps: z.int(),
  state: z.strictObject({ centres: float64s, labels: int32s, upper: bounds, lower: bounds }),
  best: foundSchema.nullable(),
})
type Run = z.infer<typeof runSchema>

/** Reports the inertia after each sweep as a point of the learning curve; a new run begins higher. */
export function kMeans(data: Weighed, options: KMeansOptions, control: FitControl): FoundClusters {
  const begin = (run: number, step: number, best: FoundClusters | null): Run => {
    const random = seededRandom(control.seed + Math.imul(run, 0x9e3779b9))
    const centres = seedCentres(data.points, options.clusters, { random, weights: data.weights })
    return { run, step, sweeps: 0, state: assigned(data, centres), best }
  }
  const restored = control.checkpoint?.restored
  let run = restored === undefined ? begin(0, 0, null) : runSchema.parse(restored)
  for (;;) {
    const { steps, found } = settle(data, run, options, control)
    const best = run.best === null || found.inertia < run.best.inertia ? found : run.best
    if (run.run + 1 >= options.runs) return best
    run = begin(run.run + 1, steps, best)
  }
}

/** Sweeps until nothing moves much. */
function settle(data: Weighed, from: Run, options: KMeansOptions, control: FitControl): { steps: number; found: FoundClusters } {
  const { run, state, best } = from
  const enough = options.tolerance * meanVariance(data.points)
  let { step, sweeps } = from
  for (let shift = Number.POSITIVE_INFINITY; sweeps < options.sweeps && shift > enough; ) {
    shift = sweep(data, state)
    sweeps++
    step++
    control.progress((run + sweeps / options.sweeps) / options.runs, { step, inertia: inertiaOf(data, state) })
    if (shift > enough) control.checkpoint?.save(() => ({ run, step, sweeps, state, best }))
  }
  return { steps: step, found: { centres: state.centres, labels: state.labels, inertia: inertiaOf(data, state), sweeps } }
}

/** Of the coordinates. */
export function meanVariance({ rows, width, values }: Points): number {
  let sum = 0
  for (let k = 0; k < width; k++) {
    let mean = 0
    let squares = 0
    for (let row = 0; row < rows; row++) {
      const value = values[row * width + k] ?? 0
      const away = value - mean
      mean += away / (row + 1)
      squares += away * (value - mean)
    }
    sum += squares / Math.max(1, rows)
  }
  return sum / width
}
