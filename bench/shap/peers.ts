/** The Python packages that explain trees, in one process that does what it is asked line by line. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { z } from 'zod'

const hello = z.object({ versions: z.record(z.string(), z.string()), peers: z.array(z.string()) })
const timed = z.object({ cpu: z.number() })

export interface Peers {
  readonly versions: Readonly<Record<string, string>>
  readonly names: readonly string[]
  /** CPU seconds of one explanation of all rows. */
  time(name: string): Promise<number>
  close(): Promise<void>
}

/** `folder` holds what peer.py reads; `sizes` are training rows, columns and rows explained. One thread each. */
export async function startPeers(python: string, folder: string, sizes: readonly number[]): Promise<Peers> {
  const script = new URL('peer.py', import.meta.url).pathname
  const env = { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' }
  const child = spawn(python, [script, folder, ...sizes.map(String)], { stdio: ['pipe', 'pipe', 'inherit'], env })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async (): Promise<unknown> => {
    const { done, value } = await lines.next()
    if (done) throw new Error(`${python} ended early; its last words are above.`)
    return JSON.parse(value)
  }
  const { versions, peers } = hello.parse(await next())
  return {
    versions,
    names: peers,
    time: async (name) => {
      child.stdin.write(`${name}\n`)
      return timed.parse(await next()).cpu
    },
    close: async () => {
      child.stdin.end()
      if (child.exitCode === null) await once(child, 'exit')
    },
  }
}
