/** One side of the comparison: a process of one thread that fits and predicts as asked, line by line. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import type { Problem } from '../../ml/models/problem.ts'
import type { Case, Tables } from './cases.ts'

const hello = z.object({ versions: z.record(z.string(), z.string()) })
const seconds = z.object({ cpu: z.number(), wall: z.number() })
const timed = z.object({ fit: seconds, predict: seconds })
export type Timed = z.infer<typeof timed>

export interface Side {
  readonly versions: Readonly<Record<string, string>>
  /** Fits on the case's table and predicts the same rows. */
  time(measured: Case): Promise<Timed>
  /** Of the last predictions, row by row. */
  scores(): Promise<Float64Array>
  close(): Promise<void>
}

/** Ours; it makes the tables itself. */
export function startOwn(folder: string, rows: number): Promise<Side> {
  return start([process.execPath, new URL('own.probe.ts', import.meta.url).pathname, folder, String(rows)], folder)
}

/** scikit-learn's; the tables are written into the folder first. */
export async function startScikitLearn(python: string, folder: string, tables: Tables): Promise<Side> {
  const shapes: Record<string, unknown> = {}
  for (const [name, { columns, values, target }] of Object.entries<Problem>({ ...tables })) {
    shapes[name] = { columns: columns.length, categories: columns[0]?.type === 'category' }
    await writeFile(join(folder, `${name}.target.f64`), target)
    const bytes = values.map((each) => new Uint8Array(each.buffer, each.byteOffset, each.byteLength))
    await writeFile(join(folder, `${name}.columns.f64`), Buffer.concat(bytes))
  }
  return start([python, new URL('peer.py', import.meta.url).pathname, folder, JSON.stringify(shapes)], folder)
}

async function start([program = '', ...args]: readonly string[], folder: string): Promise<Side> {
  const env = { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' }
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'], env })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async (): Promise<unknown> => {
    const { done, value } = await lines.next()
    if (done) throw new Error(`${program} ended early; its last words are above.`)
    return JSON.parse(value)
  }
  const { versions } = hello.parse(await next())
  return {
    versions,
    time: async ({ name, table }) => {
      child.stdin.write(`${name} ${table}\n`)
      return timed.parse(await next())
    },
    scores: async () => new Float64Array(new Uint8Array(await readFile(join(folder, 'scores.f64'))).buffer),
    close: async () => {
      child.stdin.end()
      if (child.exitCode === null) await once(child, 'exit')
    },
  }
}
