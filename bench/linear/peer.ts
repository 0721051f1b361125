/** scikit-learn in one process that does what it is asked line by line, one thread. */
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

export interface Peer {
  readonly versions: Readonly<Record<string, string>>
  /** Fits on the case's table and predicts the same rows. */
  time(measured: Case): Promise<Timed>
  /** Of the last predictions, row by row. */
  scores(): Promise<Float64Array>
  close(): Promise<void>
}

/** Writes the tables into the folder and starts peer.py on them. */
export async function startPeer(python: string, folder: string, tables: Tables): Promise<Peer> {
  const shapes: Record<string, unknown> = {}
  for (const [name, { columns, values, target }] of Object.entries<Problem>({ ...tables })) {
    shapes[name] = { columns: columns.length, categories: columns[0]?.type === 'category' }
    await writeFile(join(folder, `${name}.target.f64`), target)
    await writeFile(
      join(folder, `${name}.columns.f64`),
      Buffer.concat(values.map((each) => new Uint8Array(each.buffer, each.byteOffset, each.byteLength))),
    )
  }
  const script = new URL('peer.py', import.meta.url).pathname
  const env = { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' }
  const child = spawn(python, [script, folder, JSON.stringify(shapes)], { stdio: ['pipe', 'pipe', 'inherit'], env })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async (): Promise<unknown> => {
    const { done, value } = await lines.next()
    if (done) throw new Error(`${python} ended early; its last words are above.`)
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
