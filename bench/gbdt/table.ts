/** A generated table in files that both sides read: float64, row by row, columns first and the target of 0 or 1 last. */
import { open } from 'node:fs/promises'
import { seededRandom } from '../../ml/evaluation/seeded-random.ts'
import type { Problem } from '../../ml/models/problem.ts'

export const tableColumns = 28
const width = tableColumns + 1
/** Rows that are in memory at a time. */
const batch = 50_000

/** A target that leans on a few columns alone and together, and on noise. No column counts only together with another: when a tree finds that is luck. */
export async function writeTable(path: string, { rows, seed }: { readonly rows: number; readonly seed: number }): Promise<void> {
  const random = seededRandom(seed)
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  const file = await open(path, 'w')
  for (let from = 0; from < rows; from += batch) {
    const values = new Float64Array(width * Math.min(batch, rows - from))
    for (let at = 0; at < values.length; at += width) {
      for (let column = 0; column < tableColumns; column++) values[at + column] = normal()
      const [a = 0, b = 0, c = 0, d = 0, e = 0] = values.subarray(at, at + 5)
      values[at + tableColumns] = a * (1 + b / 2) + b / 2 + c + Math.sin(2 * d) + (e > 1 ? 1 : 0) + normal() > 0 ? 1 : 0
    }
    await file.write(values)
  }
  await file.close()
}

/** Reads such a file into columns, a part at a time: the file is never in memory as a whole. */
export async function readTable(path: string): Promise<Problem> {
  const file = await open(path)
  const rows = (await file.stat()).size / (8 * width)
  const values = Array.from({ length: tableColumns }, () => new Float64Array(rows))
  const target = new Float64Array(rows)
  const part = new Float64Array(width * batch)
  for (let from = 0; from < rows; from += batch) {
    await file.read(part, 0, part.byteLength, 8 * width * from)
    const count = Math.min(batch, rows - from)
    for (const [column, all] of [...values, target].entries()) for (let i = 0; i < count; i++) all[from + i] = part[i * width + column] ?? 0
  }
  await file.close()
  const columns = values.map((_, i) => ({ name: `x${i}`, type: 'number' }) as const)
  return { rows, columns, values, task: 'binary', classes: 2, target }
}
