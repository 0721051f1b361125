/**
 * Predicting beside Python's LightGBM with the very same trees (100 of 31 leaves, 28 columns), one thread each, in turns: CPU
 * seconds for 50,000 rows; and how long one row takes us, bare and as a record with all its checks.
 *   MILLRACE_BENCH_PYTHON=python npm run bench -- predict [--rounds 5] [--keep]
 * Python needs lightgbm; without it only our own side is told. --keep writes bench/results/predict.json.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { writeLightgbm } from '../ml/interchange/lightgbm-write.ts'
import { gradientBoosting } from '../ml/models/gradient-boosting.ts'
import { type Model, predictRecords } from '../ml/models/model.ts'
import type { Problem } from '../ml/models/problem.ts'
import { treesSchema } from '../ml/models/trees/trees.ts'
import { readTable, writeTable } from './gbdt/table.ts'
import { inTemporaryFolder } from './ground.ts'
import { rounded } from './latency.ts'
import { keepResult, machine, median } from './machine.ts'

const rows = 50_000
const ratioBar = 1
const rowBar = 30

export async function benchPredict(args: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  const { values } = parseArgs({
    args: [...args],
    options: { rounds: { type: 'string', default: '5' }, keep: { type: 'boolean', default: false } },
  })
  const python = process.env.MILLRACE_BENCH_PYTHON
  const report = await inTemporaryFolder(async (folder) => {
    await writeTable(join(folder, 'table.f64'), { rows, seed: 1 })
    const problem = await readTable(join(folder, 'table.f64'))
    const model = modelOf(problem)
    const batch = await compareBatches(model, { problem, folder, python, rounds: Number(values.rounds) })
    return { rows, trees: 100, machine: machine(), batch, single_row: timeSingleRows(model, problem) }
  })
  if (values.keep) await keepResult('predict', report)
  return report
}

function modelOf(problem: Problem): Model {
  return {
    ...{
      format: 'millrace-model/2',
      algorithm: gradientBoosting.name,
      task: 'binary',
      target: 'y',
      classes: [0, 1],
      ignored: [],
      params: {},
    },
    columns: problem.columns.map(({ name }) => ({ name, type: 'number' as const })),
    fitted: gradientBoosting.fit(problem, {}, { seed: 0, progress: () => undefined }),
  }
}

interface Batches {
  readonly problem: Problem
  readonly folder: string
  readonly python: string | undefined
  readonly rounds: number
}

async function compareBatches(model: Model, { problem, folder, python, rounds }: Batches): Promise<Readonly<Record<string, unknown>>> {
  const score = gradientBoosting.batchScorer(model.fitted, problem)
  const scores = new Float64Array(2 * rows)
  const peer = python === undefined ? undefined : await startLightgbm(python, folder, model)
  const [ours, theirs]: [number[], number[]] = [[], []]
  for (let round = -1; round < rounds; round++) {
    const before = process.cpuUsage()
    score(problem.values, rows, scores)
    const { user, system } = process.cpuUsage(before)
    const cpu = await peer?.time()
    if (round < 0) continue
    ours.push((user + system) / 1e6)
    if (cpu !== undefined) theirs.push(cpu)
  }
  await peer?.close()
  if (peer === undefined) return { millrace_cpu_seconds: median(ours) }
  const ratio = median(ours) / median(theirs)
  const figures = { millrace_cpu_seconds: median(ours), lightgbm_cpu_seconds: median(theirs), ratio: rounded(ratio) }
  return { ...figures, bar: ratioBar, passed: ratio <= ratioBar, versions: { node: process.versions.node, ...peer.versions } }
}

const hello = z.object({ versions: z.record(z.string(), z.string()) })
const timed = z.object({ cpu: z.number() })
const boosted = z.looseObject({ trees: treesSchema, start: z.instanceof(Float64Array) })

/** LightGBM with our trees in a process that predicts all rows at every line it reads. */
async function startLightgbm(python: string, folder: string, model: Model) {
  const { trees, start } = boosted.parse(model.fitted)
  await writeFile(join(folder, 'model.txt'), writeLightgbm({ trees, start, average: false, link: 'sigmoid', sigmoid: 1 }, model.columns))
  const script = new URL('gbdt/predict.py', import.meta.url).pathname
  const child = spawn(python, [script, folder], { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, OMP_NUM_THREADS: '1' } })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async (): Promise<unknown> => {
    const { done, value } = await lines.next()
    if (done) throw new Error(`${python} ended early; its last words are above.`)
    return JSON.parse(value)
  }
  const { versions } = hello.parse(await next())
  return {
    versions,
    time: async (): Promise<number> => {
      child.stdin.write('predict\n')
      return timed.parse(await next()).cpu
    },
    close: async (): Promise<void> => {
      child.stdin.end()
      if (child.exitCode === null) await once(child, 'exit')
    },
  }
}

const singles = 5000

/** Medians in microseconds, after as many rows to warm up. */
function timeSingleRows(model: Model, problem: Problem): Readonly<Record<string, unknown>> {
  const scorer = gradientBoosting.scorer(model.fitted, problem)
  const scores = new Float64Array(2)
  const numbers = Array.from({ length: 2 * singles }, (_, row) => Float64Array.from(problem.values, (column) => column[row] ?? 0))
  const records = numbers.map((row) => Object.fromEntries(problem.columns.map(({ name }, i) => [name, row[i]])))
  const bare = microseconds(numbers, (row) => scorer(row, scores))
  const record = microseconds(records, (each) => predictRecords(model, [each]))
  return { scorer_p50_us: rounded(bare), record_p50_us: rounded(record), bar_us: rowBar, passed: record <= rowBar }
}

function microseconds<T>(items: readonly T[], work: (item: T) => unknown): number {
  const times = items.map((item) => {
    const started = performance.now()
    work(item)
    return 1000 * (performance.now() - started)
  })
  return median(times.slice(singles))
}
