/**
 * Gradient boosting beside Python's LightGBM at equal settings (its defaults: 100 trees, 31 leaves, 255 bins), in one run on
 * one generated table: CPU seconds of fitting with binning, wall, area under the ROC curve on rows held out, and peak
 * memory. Every fit is a process of its own; the two take turns, and medians are told.
 *   MILLRACE_BENCH_PYTHON=python npm run bench -- gbdt [--rows 100000,1000000] [--threads 1,2] [--rounds 5] [--keep]
 * Python needs lightgbm; without it only our own side is told. --keep writes bench/results/gbdt.json, beside other sizes that are there.
 */
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { z } from 'zod'
import { rocAuc } from '../ml/evaluation/ranking.ts'
import { readTable, tableColumns, writeTable } from './gbdt/table.ts'
import { inTemporaryFolder } from './ground.ts'
import { rounded } from './latency.ts'
import { keepResult, machine, median } from './machine.ts'

/** Ratios of ours to LightGBM's that must hold, by rows. */
const bars: Readonly<Record<string, { readonly cpu: number; readonly wall: number; readonly memory?: number }>> = {
  '100000': { cpu: 1, wall: 1.1 },
  '1000000': { cpu: 1.15, wall: 1.1, memory: 1.3 },
}
const aucBar = 0.001
const heldOut = 50_000

export async function benchGbdt(args: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rows: { type: 'string', default: '100000,1000000' },
      threads: { type: 'string', default: '1,2' },
      rounds: { type: 'string', default: '5' },
      keep: { type: 'boolean', default: false },
    },
  })
  const python = process.env.MILLRACE_BENCH_PYTHON
  const rounds = Number(values.rounds)
  const result = await inTemporaryFolder(async (folder) => {
    await writeTable(join(folder, 'test.f64'), { rows: heldOut, seed: 2 })
    const sizes: Record<string, unknown> = {}
    for (const rows of values.rows.split(',').map(Number)) {
      await writeTable(join(folder, 'table.f64'), { rows, seed: 1 })
      for (const threads of values.threads.split(',').map(Number)) {
        sizes[`${rows} rows, ${threads} threads`] = await compare({ folder, python, rows, threads, rounds })
      }
    }
    return sizes
  })
  const report = { columns: tableColumns, trees: 100, leaves: 31, bins: 255, machine: machine(), result }
  if (values.keep) await keepResult('gbdt', { ...report, result: { ...(await keptSizes()), ...result } })
  return report
}

/** What earlier runs kept of other sizes. */
async function keptSizes(): Promise<Readonly<Record<string, unknown>>> {
  const text = await readFile(new URL('results/gbdt.json', import.meta.url), 'utf8').catch(() => '{"result":{}}')
  return z.object({ result: z.record(z.string(), z.unknown()) }).parse(JSON.parse(text)).result
}

interface Comparison {
  readonly folder: string
  readonly python: string | undefined
  readonly rows: number
  readonly threads: number
  readonly rounds: number
}

const measured = z.object({ cpu: z.number(), wall: z.number(), peak_mb: z.number(), versions: z.record(z.string(), z.string()) })
type Measured = z.infer<typeof measured> & { readonly auc: number }

async function compare(comparison: Comparison): Promise<Readonly<Record<string, unknown>>> {
  const { python, rows, threads, rounds } = comparison
  const probe = (file: string): string => new URL(`gbdt/${file}`, import.meta.url).pathname
  const sides = { millrace: [process.execPath, probe('fit.probe.ts')], ...(python && { lightgbm: [python, probe('fit.py')] }) }
  const runs: Record<string, Measured[]> = {}
  for (let round = 0; round < rounds; round++) {
    for (const [name, command] of Object.entries(sides)) {
      const run = await fitOnce(command, comparison)
      runs[name] = [...(runs[name] ?? []), run]
      console.error(`${rows} rows, ${threads} threads, ${name}: ${run.cpu.toFixed(2)} CPU s, ${run.wall.toFixed(2)} s`)
    }
  }
  const [ours, theirs] = [summary(runs.millrace ?? []), summary(runs.lightgbm ?? [])]
  if (theirs === undefined || ours === undefined) return { rounds, millrace: ours }
  return { rounds, millrace: ours, lightgbm: theirs, ...verdict(ours, theirs, comparison) }
}

async function fitOnce([program = '', ...script]: readonly string[], { folder, threads }: Comparison): Promise<Measured> {
  const [table, test, out] = [join(folder, 'table.f64'), join(folder, 'test.f64'), join(folder, 'scores.f64')]
  const env = { ...process.env, OMP_NUM_THREADS: String(threads) }
  const { stdout } = await promisify(execFile)(program, [...script, table, test, out, String(threads)], { env })
  const { target } = await readTable(test)
  const scores = new Float64Array(new Uint8Array(await readFile(out)).buffer)
  return { ...measured.parse(JSON.parse(stdout)), auc: rocAuc(Uint8Array.from(target), scores) }
}

function summary(runs: readonly Measured[]) {
  const [first] = runs
  if (first === undefined) return undefined
  const middle = (name: 'cpu' | 'wall' | 'peak_mb' | 'auc'): number => median(runs.map((run) => run[name]))
  const figures = { cpu_seconds: rounded(middle('cpu')), wall_seconds: rounded(middle('wall')), peak_mb: rounded(middle('peak_mb')) }
  return { ...figures, auc: middle('auc'), versions: first.versions }
}

type Summary = NonNullable<ReturnType<typeof summary>>

/** One thread is judged by CPU seconds, several by wall. */
function verdict(ours: Summary, theirs: Summary, { rows, threads }: Comparison): Readonly<Record<string, unknown>> {
  const bar = bars[String(rows)] ?? { cpu: 1.15, wall: 1.1 }
  const ratios = {
    cpu: rounded(ours.cpu_seconds / theirs.cpu_seconds),
    wall: rounded(ours.wall_seconds / theirs.wall_seconds),
    memory: rounded(ours.peak_mb / theirs.peak_mb),
  }
  const auc = Math.abs(ours.auc - theirs.auc)
  const fast = threads === 1 ? ratios.cpu <= bar.cpu : ratios.wall <= bar.wall
  const small = bar.memory === undefined || ratios.memory <= bar.memory
  return { ratios, auc_difference: auc, bar: { ...bar, auc: aucBar }, passed: fast && small && auc <= aucBar }
}
