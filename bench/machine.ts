/** Where a benchmark ran, and how its results are kept. */
import { mkdir, writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'

export const machine = (): Readonly<Record<string, unknown>> => ({
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  platform: `${process.platform} ${process.arch}`,
})

export const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN

/** Writes bench/results/<bench>.json. */
export async function keepResult(bench: string, result: Readonly<Record<string, unknown>>): Promise<void> {
  const folder = new URL('results/', import.meta.url)
  await mkdir(folder, { recursive: true })
  await writeFile(new URL(`${bench}.json`, folder), `${JSON.stringify({ bench, ...result }, null, 2)}\n`)
}
