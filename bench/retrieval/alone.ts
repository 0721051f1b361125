/** Runs one contestant in a process of its own, so that its memory and its index time are its own. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { z } from 'zod'

const probe = fileURLToPath(new URL('./memory.probe.ts', import.meta.url))
const run = promisify(execFile)

const costs = z.object({
  /** Documents or passages it holds. */
  entries: z.number(),
  index_seconds: z.number(),
  index_cpu_seconds: z.number(),
  /** More than the empty process had. */
  rss_mb: z.number(),
  heap_mb: z.number(),
  process_rss_mb: z.number(),
  peak_rss_mb: z.number(),
})
export type Costs = z.output<typeof costs>

export interface AloneRequest {
  readonly name: string
  /** JSON Lines of documents. */
  readonly file: string
  /** Keeps our index afterwards. */
  readonly folder?: string
  readonly database?: string | undefined
}

export async function indexAlone({ name, file, folder = '', database }: AloneRequest): Promise<Costs> {
  const args = ['--expose-gc', '--max-old-space-size=8192', probe, name, file, folder, ...(database === undefined ? [] : [database])]
  const { stdout } = await run(process.execPath, args, { maxBuffer: 1e8 })
  const found = costs.parse(JSON.parse(stdout))
  console.error(`${name}${database === undefined ? '' : ' on Postgres'}: ${JSON.stringify(found)}`)
  return found
}
