/**
 * TreeSHAP beside LightGBM's pred_contrib and the shap package, one thread each, in one run: CPU seconds for 1,000 rows and
 * 100 trees of 31 leaves on 28 columns, medians of five that take turns, and how far our values are from LightGBM's for
 * the same model.
 *   MILLRACE_BENCH_PYTHON=python npm run bench -- shap [--rounds N] [--keep]
 * Python needs lightgbm, shap and scikit-learn; without it only our own time is told. --keep writes bench/results/shap.json.
 * The bar: at most 1.5 times each peer.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { seededRandom } from '../ml/evaluation/seeded-random.ts'
import { explainerOf } from '../ml/explanation/explainer.ts'
import { rowsOf, type Shap } from '../ml/explanation/shapley.ts'
import { treeModelOf } from '../ml/explanation/tree-models.ts'
import { writeLightgbm } from '../ml/interchange/lightgbm-write.ts'
import { algorithmNamed } from '../ml/models/algorithms.ts'
import type { Model } from '../ml/models/model.ts'
import type { Problem } from '../ml/models/problem.ts'
import { inTemporaryFolder } from './ground.ts'
import { type Peers, startPeers } from './shap/peers.ts'

const bar = 1.5
const trained = 20_000
const columns = 28
const explained = 1000

export async function benchShap(args: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  const { values: options } = parseArgs({
    args: [...args],
    options: { rounds: { type: 'string', default: '5' }, keep: { type: 'boolean', default: false } },
  })
  const problem = problemOf()
  const model = fitted(problem)
  const rows = rowsOf(
    problem.values.map((values) => values.subarray(0, explained)),
    explained,
  )
  const explainer = explainerOf(model, { method: 'tree_path_dependent', output: 1, background: rows, coalitions: 0, seed: 0 })
  const own = (): Shap => explainer.explain(rows)
  const python = process.env.MILLRACE_BENCH_PYTHON
  const report = await inTemporaryFolder(async (folder) => {
    if (python === undefined) return compare(own, undefined, Number(options.rounds))
    await writeInputs(folder, problem, model)
    const peers = await startPeers(python, folder, [trained, columns, explained])
    const timed = await compare(own, peers, Number(options.rounds))
    await peers.close()
    return { ...timed, versions: { node: process.versions.node, ...peers.versions }, ...(await difference(folder, own())) }
  })
  const result = { size: { rows: explained, trees: 100, leaves: 31, columns }, machine: machine(), ...report }
  if (options.keep) await keep(result)
  return result
}

/** A target that leans on a few columns alone and together, and on noise. */
function problemOf(): Problem {
  const random = seededRandom(1)
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  const values = Array.from({ length: columns }, () => Float64Array.from({ length: trained }, normal))
  const at = (column: number, row: number): number => values[column]?.[row] ?? 0
  const target = Float64Array.from({ length: trained }, (_, row) =>
    at(0, row) + at(1, row) * at(2, row) + Math.sin(3 * at(3, row)) + normal() > 0 ? 1 : 0,
  )
  const named = values.map((_, i) => ({ name: `x${i}`, type: 'number' }) as const)
  return { rows: trained, columns: named, values, task: 'binary', classes: 2, target }
}

function fitted(problem: Problem): Model {
  const algorithm = algorithmNamed('gradient_boosting')
  return {
    ...{ format: 'millrace-model/2', algorithm: algorithm.name, task: 'binary', target: 'y', classes: [0, 1] },
    ...{ columns: [...problem.columns].map(({ name }) => ({ name, type: 'number' as const })), ignored: [], params: {} },
    fitted: algorithm.fit(problem, {}, { seed: 0, progress: () => undefined }),
  }
}

async function writeInputs(folder: string, problem: Problem, model: Model): Promise<void> {
  const { trees, start } = treeModelOf(model).sum
  const text = writeLightgbm({ trees, start, average: false, link: 'sigmoid', sigmoid: 1 }, model.columns)
  await writeFile(join(folder, 'model.txt'), text)
  await writeFile(join(folder, 'target.f64'), problem.target)
  await writeFile(join(folder, 'columns.f64'), Buffer.concat(problem.values.map((values) => Buffer.from(values.buffer))))
}

/** Everyone once to warm up, then in turns. */
async function compare(own: () => Shap, peers: Peers | undefined, rounds: number) {
  const names = peers?.names ?? []
  const seconds = new Map<string, number[]>(['millrace', ...names].map((name) => [name, []]))
  for (let round = -1; round < rounds; round++) {
    const note = (name: string, cpu: number): void => {
      if (round >= 0) seconds.get(name)?.push(cpu)
    }
    note('millrace', cpuSeconds(own))
    for (const name of names) note(name, (await peers?.time(name)) ?? Number.NaN)
  }
  const cpu = Object.fromEntries([...seconds].map(([name, all]) => [name, median(all)]))
  const ratios = Object.fromEntries(names.map((name) => [name, (cpu.millrace ?? Number.NaN) / (cpu[name] ?? Number.NaN)]))
  return { rounds, cpu_seconds: cpu, ratios, bar, passed: Object.values(ratios).every((ratio) => ratio <= bar) }
}

function cpuSeconds(work: () => unknown): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1e6
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

/** LightGBM gives the values of a row and then the base. */
async function difference(folder: string, { base, values }: Shap): Promise<{ readonly largest_difference: number }> {
  const bytes = await readFile(join(folder, 'contributions.f64'))
  const theirs = new Float64Array(new Uint8Array(bytes).buffer)
  let largest = 0
  for (const [i, value] of theirs.entries()) {
    const [row, column] = [Math.floor(i / (columns + 1)), i % (columns + 1)]
    const ours = column === columns ? base : (values[row * columns + column] ?? Number.NaN)
    largest = Math.max(largest, Math.abs(value - ours))
  }
  return { largest_difference: largest }
}

const machine = () => ({ cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, platform: `${process.platform} ${process.arch}` })

async function keep(result: Readonly<Record<string, unknown>>): Promise<void> {
  const folder = new URL('results/', import.meta.url)
  await mkdir(folder, { recursive: true })
  await writeFile(new URL('shap.json', folder), `${JSON.stringify({ bench: 'shap', ...result }, null, 2)}\n`)
}
