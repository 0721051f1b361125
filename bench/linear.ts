/**
 * Linear models, naive Bayes and neighbours beside scikit-learn at equal settings, one thread each, in turns in one run: CPU
 * seconds and wall of fitting (with standardising or one-hot encoding on both sides) and of predicting the same rows, medians
 * of five, and how far the two sides' predictions lie apart.
 *   MILLRACE_BENCH_PYTHON=python npm run bench -- linear [--rows 100000] [--rounds 5] [--only ridge,lasso] [--keep]
 * Python needs scikit-learn; without it only our own side is told. --keep writes bench/results/linear.json.
 */
import { parseArgs } from 'node:util'
import { inTemporaryFolder } from './ground.ts'
import { rounded } from './latency.ts'
import { type Case, cases, tablesOf } from './linear/cases.ts'
import { type Side, startOwn, startScikitLearn, type Timed } from './linear/side.ts'
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
  const rows = Number(options.rows)
  const wanted = cases.filter(({ name }) => options.only?.split(',').includes(name) ?? true)
  const report = await inTemporaryFolder(async (folder) => {
    const own = await startOwn(folder, rows)
    const peer = python === undefined ? undefined : await startScikitLearn(python, folder, tablesOf(rows))
    const results: Record<string, unknown> = {}
    for (const measured of wanted) {
      results[measured.name] = await compare({ measured, own, peer, rounds: Number(options.rounds) })
      console.error(measured.name, JSON.stringify(results[measured.name]))
    }
    await Promise.all([own.close(), peer?.close()])
    return { versions: { ...own.versions, ...peer?.versions }, results }
  })
  const result = { rows, rounds: Number(options.rounds), bar, machine: machine(), ...report }
  if (options.keep) await keepResult('linear', result)
  return result
}

interface Comparison {
  readonly measured: Case
  readonly own: Side
  readonly peer: Side | undefined
  readonly rounds: number
}

/** So many runs of each to warm up, by when the engine has compiled what runs often; then in turns. */
const warmUps = 3

async function compare({ measured, own, peer, rounds }: Comparison): Promise<Readonly<Record<string, unknown>>> {
  const runs: Timed[] = []
  const theirs: Timed[] = []
  let difference = Number.NaN
  for (let round = -warmUps; round < rounds; round++) {
    const run = await own.time(measured)
    const scores = round === -1 ? await own.scores() : undefined
    const other = await peer?.time(measured)
    if (scores !== undefined && peer !== undefined) difference = farthest(scores, await peer.scores())
    if (round < 0) continue
    runs.push(run)
    if (other !== undefined) theirs.push(other)
  }
  const [ours, scikitLearn] = [summary(runs), summary(theirs)]
  if (theirs.length === 0) return { millrace: ours }
  const ratios = { fit: rounded(ours.fit_cpu / scikitLearn.fit_cpu), predict: rounded(ours.predict_cpu / scikitLearn.predict_cpu) }
  const verdict = { fit: ratios.fit <= bar, predict: ratios.predict <= bar }
  return { millrace: ours, scikit_learn: scikitLearn, cpu_ratios: ratios, within_bar: verdict, largest_difference: difference }
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
