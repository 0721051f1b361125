/**
 * Random forest and extra trees beside scikit-learn with the same defaults (100 trees, grown to the end) on the very same
 * one-hot matrix, one thread each, in turns in one run: CPU seconds and wall of fitting (ours with binning and out-of-bag
 * score) and predicting, medians of five; area under the ROC curve on every fifth row, which is held out.
 *   MILLRACE_BENCH_PYTHON=python npm run bench -- forest [--data FILE.csv --target COLUMN] [--rows 32561] [--rounds 5] [--keep]
 * Without --data a table of the size and make of the census table "adult" is generated. Python needs scikit-learn; without it
 * only our own side is told. --keep writes bench/results/forest.json.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { rocAuc } from '../ml/evaluation/ranking.ts'
import type { Algorithm } from '../ml/models/algorithm.ts'
import { extraTrees } from '../ml/models/extra-trees.ts'
import { forestFitted } from '../ml/models/forest/forest.ts'
import { type Problem, takeRows } from '../ml/models/problem.ts'
import { randomForest } from '../ml/models/random-forest.ts'
import { generatedOneHot, readOneHot } from './forest/table.ts'
import { inTemporaryFolder } from './ground.ts'
import { rounded } from './latency.ts'
import { keepResult, machine, median } from './machine.ts'

/** Ours to theirs, of CPU seconds that a random forest takes to fit. */
const bar = 1
const trees = 100

export async function benchForest(args: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  const { values: options } = parseArgs({
    args: [...args],
    options: {
      data: { type: 'string' },
      target: { type: 'string', default: 'income' },
      rows: { type: 'string', default: '32561' },
      rounds: { type: 'string', default: '5' },
      keep: { type: 'boolean', default: false },
    },
  })
  const problem = options.data === undefined ? generatedOneHot(Number(options.rows)) : await readOneHot(options.data, options.target)
  const held = (wanted: boolean): Problem =>
    takeRows(
      problem,
      Uint32Array.from(problem.target.keys()).filter((row) => (row % 5 === 4) === wanted),
    )
  const sides = { train: held(false), test: held(true) }
  const rounds = Number(options.rounds)
  const measured = await inTemporaryFolder(async (folder) => {
    const python = process.env.MILLRACE_BENCH_PYTHON
    const peer = python === undefined ? undefined : await startPeer(python, folder, sides)
    const results: Record<string, unknown> = {}
    for (const algorithm of [randomForest, extraTrees]) results[algorithm.name] = await compare({ algorithm, peer, rounds, ...sides })
    await peer?.close()
    return { versions: { node: process.versions.node, ...peer?.versions }, results }
  })
  const table = {
    from: options.data === undefined ? 'generated' : basename(options.data),
    rows: sides.train.rows,
    columns: problem.columns.length,
  }
  const report = { table, trees, rounds, bar, machine: machine(), ...measured }
  if (options.keep) await keepResult('forest', report)
  return report
}

const seconds = z.object({ cpu: z.number(), wall: z.number() })
const fitted = z.object({ fit: seconds, predict: seconds, auc: z.number(), leaves: z.number() })
type Fitted = z.infer<typeof fitted>

interface Comparison {
  readonly algorithm: Algorithm
  readonly peer: Peer | undefined
  readonly rounds: number
  readonly train: Problem
  readonly test: Problem
}

/** Both once to warm up, then in turns. */
async function compare({ algorithm, peer, rounds, ...sides }: Comparison): Promise<Readonly<Record<string, unknown>>> {
  const own: Fitted[] = []
  const theirs: Fitted[] = []
  for (let round = 0; round <= rounds; round++) {
    own.push(fitOnce(algorithm, { seed: round, ...sides }))
    if (peer !== undefined) theirs.push(await peer.fit(algorithm.name, round))
    console.error(
      `${algorithm.name}: ${own.at(-1)?.fit.cpu.toFixed(2)} CPU s, scikit-learn ${theirs.at(-1)?.fit.cpu.toFixed(2) ?? 'absent'}`,
    )
  }
  const ours = summary(own.slice(1))
  if (theirs.length === 0) return { millrace: ours }
  const scikitLearn = summary(theirs.slice(1))
  const ratios = { fit: rounded(ours.fit_cpu / scikitLearn.fit_cpu), predict: rounded(ours.predict_cpu / scikitLearn.predict_cpu) }
  const passed = algorithm.name === randomForest.name ? { passed: ratios.fit <= bar } : {}
  return { millrace: ours, scikit_learn: scikitLearn, cpu_ratios: ratios, ...passed }
}

function fitOnce(algorithm: Algorithm, { seed, train, test }: Pick<Comparison, 'train' | 'test'> & { readonly seed: number }): Fitted {
  const scores = new Float64Array(2 * test.rows)
  const fit = timed(() => algorithm.fit(train, { n_estimators: trees }, { seed, progress: () => undefined }))
  const predict = timed(() => algorithm.batchScorer(fit.value, test)(test.values, test.rows, scores))
  const auc = rocAuc(
    Uint8Array.from(test.target),
    scores.filter((_, i) => i % 2 === 1),
  )
  return { fit: fit.seconds, predict: predict.seconds, auc, leaves: forestFitted.parse(fit.value).trees.leafCover.length / trees }
}

function timed<T>(work: () => T): { readonly value: T; readonly seconds: Fitted['fit'] } {
  const started = performance.now()
  const before = process.cpuUsage()
  const value = work()
  const { user, system } = process.cpuUsage(before)
  return { value, seconds: { cpu: (user + system) / 1e6, wall: (performance.now() - started) / 1000 } }
}

function summary(runs: readonly Fitted[]) {
  const middle = (read: (run: Fitted) => number): number => median(runs.map(read))
  return {
    fit_cpu: middle(({ fit }) => fit.cpu),
    fit_wall: middle(({ fit }) => fit.wall),
    predict_cpu: middle(({ predict }) => predict.cpu),
    auc: middle(({ auc }) => auc),
    leaves_per_tree: Math.round(middle(({ leaves }) => leaves)),
  }
}

const hello = z.object({ versions: z.record(z.string(), z.string()) })

interface Peer {
  readonly versions: Readonly<Record<string, string>>
  fit(name: string, seed: number): Promise<Fitted>
  close(): Promise<void>
}

/** Writes both tables into the folder and starts peer.py on them. */
async function startPeer(python: string, folder: string, sides: Pick<Comparison, 'train' | 'test'>): Promise<Peer> {
  for (const [name, { values, target }] of Object.entries(sides)) {
    const bytes = [...values, target].map((column) => new Uint8Array(column.buffer, column.byteOffset, column.byteLength))
    await writeFile(join(folder, `${name}.f64`), Buffer.concat(bytes))
  }
  const script = new URL('forest/peer.py', import.meta.url).pathname
  const child = spawn(python, [script, folder, String(sides.train.columns.length), String(trees)], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async (): Promise<unknown> => {
    const { done, value } = await lines.next()
    if (done) throw new Error(`${python} ended early; its last words are above.`)
    return JSON.parse(value)
  }
  const { versions } = hello.parse(await next())
  return {
    versions,
    fit: async (name, seed) => {
      child.stdin.write(`${name} ${seed}\n`)
      return fitted.parse(await next())
    },
    close: async () => {
      child.stdin.end()
      if (child.exitCode === null) await once(child, 'exit')
    },
  }
}
