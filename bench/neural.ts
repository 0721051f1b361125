/**
 * The multilayer perceptron beside scikit-learn's with 64 and 32 hidden units, the same batches and number of epochs, no
 * early stopping (schedule of the rate, initialisation and penalty are each library's own: compare seconds, not areas), on a generated table of standardised numbers, one thread each, in turns in one run: CPU seconds
 * and wall of fitting and predicting, medians of five; area under the ROC curve on every fifth row, which is held out.
 *   MILLRACE_BENCH_PYTHON=python npm run bench -- neural [--rows 50000] [--columns 50] [--rounds 5] [--keep]
 * Python needs scikit-learn; without it only our own side is told. --keep writes bench/results/neural.json.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { rocAuc } from '../ml/evaluation/ranking.ts'
import { seededRandom } from '../ml/evaluation/seeded-random.ts'
import { neuralNetwork } from '../ml/models/neural-network.ts'
import { type Problem, takeRows } from '../ml/models/problem.ts'
import { inTemporaryFolder } from './ground.ts'
import { rounded } from './latency.ts'
import { keepResult, machine, median } from './machine.ts'

const settings = { hidden_layers: [64, 32], alpha: 1e-4, batch_size: 200, learning_rate: 0.001, max_epochs: 30 }

interface Sides {
  readonly train: Problem
  readonly test: Problem
}

export async function benchNeural(args: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  const { values: options } = parseArgs({
    args: [...args],
    options: {
      rows: { type: 'string', default: '50000' },
      columns: { type: 'string', default: '50' },
      rounds: { type: 'string', default: '5' },
      keep: { type: 'boolean', default: false },
    },
  })
  const problem = generated(Number(options.rows), Number(options.columns))
  const held = (wanted: boolean): Problem =>
    takeRows(
      problem,
      Uint32Array.from(problem.target.keys()).filter((row) => (row % 5 === 4) === wanted),
    )
  const sides = { train: held(false), test: held(true) }
  const measured = await inTemporaryFolder(async (folder) => {
    const python = process.env.MILLRACE_BENCH_PYTHON
    const peer = python === undefined ? undefined : await startPeer(python, folder, sides)
    const result = await compare(sides, peer, Number(options.rounds))
    await peer?.close()
    return { versions: { node: process.versions.node, ...peer?.versions }, ...result }
  })
  const table = { rows: sides.train.rows, columns: problem.columns.length }
  const report = { table, settings, rounds: Number(options.rounds), machine: machine(), ...measured }
  if (options.keep) await keepResult('neural', report)
  return report
}

/** Numbers from -1.7 to 1.7, so that both sides see deviations of 1; products and a sine of some of them decide. */
function generated(rows: number, columns: number): Problem {
  const random = seededRandom(1)
  const values = Array.from({ length: columns }, () => Float64Array.from({ length: rows }, () => Math.sqrt(12) * (random() - 0.5)))
  const at = (column: number, row: number): number => values[column]?.[row] ?? 0
  const score = (row: number): number => at(0, row) * at(1, row) + Math.sin(2 * at(2, row)) + at(3, row) + 2 * (random() - 0.5)
  return {
    ...{ rows, values, task: 'binary', classes: 2 },
    columns: values.map((_, i) => ({ name: `x${i}`, type: 'number' })),
    target: Float64Array.from({ length: rows }, (_, row) => Number(score(row) > 0)),
  }
}

const seconds = z.object({ cpu: z.number(), wall: z.number() })
const timedFit = z.object({ fit: seconds, predict: seconds, auc: z.number() })
type Timed = z.infer<typeof timedFit>

/** Both once to warm up, then in turns. */
async function compare(sides: Sides, peer: Peer | undefined, rounds: number): Promise<Readonly<Record<string, unknown>>> {
  const own: Timed[] = []
  const theirs: Timed[] = []
  for (let round = 0; round <= rounds; round++) {
    own.push(fitOnce(sides, round))
    if (peer !== undefined) theirs.push(await peer.fit(round))
    console.error(`${own.at(-1)?.fit.cpu.toFixed(2)} CPU s, scikit-learn ${theirs.at(-1)?.fit.cpu.toFixed(2) ?? 'absent'}`)
  }
  const ours = summary(own.slice(1))
  if (theirs.length === 0) return { millrace: ours }
  const scikitLearn = summary(theirs.slice(1))
  const ratios = { fit: rounded(ours.fit_cpu / scikitLearn.fit_cpu), predict: rounded(ours.predict_cpu / scikitLearn.predict_cpu) }
  return { millrace: ours, scikit_learn: scikitLearn, cpu_ratios: ratios }
}

function fitOnce({ train, test }: Sides, seed: number): Timed {
  const params = neuralNetwork.params.parse({ ...settings, dropout: 0, validation_fraction: 0 })
  const scores = new Float64Array(2 * test.rows)
  const fit = timed(() => neuralNetwork.fit(train, params, { seed, progress: () => undefined }))
  const predict = timed(() => neuralNetwork.batchScorer(fit.value, test)(test.values, test.rows, scores))
  const auc = rocAuc(
    Uint8Array.from(test.target),
    scores.filter((_, i) => i % 2 === 1),
  )
  return { fit: fit.seconds, predict: predict.seconds, auc }
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
    auc: middle(({ auc }) => auc),
  }
}

interface Peer {
  readonly versions: Readonly<Record<string, string>>
  fit(seed: number): Promise<Timed>
  close(): Promise<void>
}

const hello = z.object({ versions: z.record(z.string(), z.string()) })

/** Writes both tables into the folder and starts peer.py on them, its matrix library with one thread. */
async function startPeer(python: string, folder: string, sides: Sides): Promise<Peer> {
  for (const [name, { values, target }] of Object.entries(sides)) {
    const bytes = [...values, target].map((column) => new Uint8Array(column.buffer, column.byteOffset, column.byteLength))
    await writeFile(join(folder, `${name}.f64`), Buffer.concat(bytes))
  }
  const script = new URL('neural/peer.py', import.meta.url).pathname
  const env = { ...process.env, OPENBLAS_NUM_THREADS: '1', OMP_NUM_THREADS: '1' }
  const given = [script, folder, String(sides.train.columns.length), JSON.stringify(settings)]
  const child = spawn(python, given, { stdio: ['pipe', 'pipe', 'inherit'], env })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async (): Promise<unknown> => {
    const { done, value } = await lines.next()
    if (done) throw new Error(`${python} ended early; its last words are above.`)
    return JSON.parse(value)
  }
  const { versions } = hello.parse(await next())
  return {
    versions,
    fit: async (seed) => {
      child.stdin.write(`${seed}\n`)
      return timedFit.parse(await next())
    },
    close: async () => {
      child.stdin.end()
      if (child.exitCode === null) await once(child, 'exit')
    },
  }
}
