/**
 * Linear models, naive Bayes and neighbours beside scikit-learn at equal settings, one thread each, in turns in one run: CPU
 * seconds and wall of fitting (with standardising or one-hot encoding on both sides) and of predicting the same rows, medians
 * of five, and how far the two sides' predictions lie apart.
 *   MILLRACE_BENCH_PYTHON=python npm run bench -- linear [--rows 100000] [--rounds 5] [--only ridge,lasso] [--keep]
 * Python needs scikit-learn; without it only our own side is told. --keep writes bench/results/linear.json.
 */
import { parseArgs } from 'node:util'
import { algorithmNamed } from '../ml/models/algorithms.ts'
import { outputs } from '../ml/models/problem.ts'
import { inTemporaryFolder } from './ground.ts'
import { rounded } from './latency.ts'
import { type Case, cases, type Tables, tablesOf } from './linear/cases.ts'
import { type Peer, startPeer, type Timed } from './linear/peer.ts'
import { keepResult, machine, median } from './machine.ts'

/** Of our CPU seconds to theirs. */
const bar = 1

export async function benchLinear(args: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  const { values: options } = parseArgs({
    args: [...args],
    options: {
      rows: { type: 'string', default: '100000' },
      rounds: { type: 'string', default: '5' },
      only: { type: 'string' },
      keep: { type: 'boolean', default: false },
    },
  })
  const python = process.env.MILLRACE_BENCH_PYTHON
  const tables = tablesOf(Number(options.rows))
  const wanted = cases.filter(({ name }) => options.only?.split(',').includes(name) ?? true)
  const report = await inTemporaryFolder(async (folder) => {
    const peer = python === undefined ? undefined : await startPeer(python, folder, tables)
    const results: Record<string, unknown> = {}
    for (const measured of wanted) {
      results[measured.name] = await compare({ measured, tables, peer, rounds: Number(options.rounds) })
      console.error(measured.name, JSON.stringify(results[measured.name]))
    }
    await peer?.close()
    return { versions: { node: process.versions.node, ...peer?.versions }, results }
  })
  const result = { rows: Number(options.rows), rounds: Number(options.rounds), bar, machine: machine(), ...report }
  if (options.keep) await keepResult('linear', result)
  return result
}

interface Comparison {
  readonly measured: Case
  readonly tables: Tables
  readonly peer: Peer | undefined
  readonly rounds: number
}

/** Everyone once to warm up, then in turns. */
async function compare({ measured, tables, peer, rounds }: Comparison): Promise<Readonly<Record<string, unknown>>> {
  const own: Timed[] = []
  const theirs: Timed[] = []
  let difference = Number.NaN
  for (let round = -1; round < rounds; round++) {
    const { scores, ...times } = fitAndPredict(measured, tables)
    const others = await peer?.time(measured)
    if (round < 0 && peer !== undefined) difference = farthest(scores, await peer.scores())
    if (round < 0) continue
    own.push(times)
    if (others !== undefined) theirs.push(others)
  }
  const [ours, scikitLearn] = [summary(own), summary(theirs)]
  if (theirs.length === 0) return { millrace: ours }
  const ratios = { fit: rounded(ours.fit_cpu / scikitLearn.fit_cpu), predict: rounded(ours.predict_cpu / scikitLearn.predict_cpu) }
  const verdict = { fit: ratios.fit <= bar, predict: ratios.predict <= bar }
  return { millrace: ours, scikit_learn: scikitLearn, cpu_ratios: ratios, within_bar: verdict, largest_difference: difference }
}

function fitAndPredict({ algorithm: name, params, table }: Case, tables: Tables): Timed & { readonly scores: Float64Array } {
  const algorithm = algorithmNamed(name)
  const problem = tables[table]
  const scores = new Float64Array(problem.rows * outputs(problem))
  const fitted = timed(() => algorithm.fit(problem, params, { seed: 0, progress: () => undefined }))
  const predicted = timed(() => algorithm.batchScorer(fitted.value, problem)(problem.values, problem.rows, scores))
  return { fit: fitted.seconds, predict: predicted.seconds, scores }
}

function timed<T>(work: () => T): { readonly value: T; readonly seconds: Timed['fit'] } {
  const started = performance.now()
  const before = process.cpuUsage()
  const value = work()
  const { user, system } = process.cpuUsage(before)
  return { value, seconds: { cpu: (user + system) / 1e6, wall: (performance.now() - started) / 1000 } }
}

function summary(runs: readonly Timed[]) {
  const middle = (read: (run: Timed) => number): number => median(runs.map(read))
  return {
    fit_cpu: middle(({ fit }) => fit.cpu),
    fit_wall: middle(({ fit }) => fit.wall),
    predict_cpu: middle(({ predict }) => predict.cpu),
    predict_wall: middle(({ predict }) => predict.wall),
  }
}

function farthest(a: Float64Array, b: Float64Array): number {
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] ?? Number.NaN))), 0)
}
