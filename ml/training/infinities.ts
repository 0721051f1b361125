/** Infinite values of a dataset: a frame has them as missing already, so they are looked for where the rows lie. */
import type { Blobs } from '../../platform/blobs.ts'
import type { Dataset } from '../data/datasets.ts'
import { openDataset } from '../data/snapshot.ts'
import { identifier } from '../data/sql-text.ts'
import { rowsInWords } from './columns.ts'

/** A warning for each number column that has some, naming the first rows. */
export async function infinitiesIn(
  dataset: Dataset,
  { blobs, signal }: { readonly blobs: Blobs; readonly signal: AbortSignal },
): Promise<readonly string[]> {
  const numbers = dataset.columns.filter(({ type }) => type === 'number').map(({ name }) => name)
  if (numbers.length === 0) return []
  await using duck = await openDataset(dataset, { blobs, signal })
  const counts = numbers.map((name, i) => `count(*) filter (where isinf(${identifier(name)}::double)) as n${i}`)
  const found = await duck.row(`select ${counts.join(', ')} from dataset`)
  const warnings: string[] = []
  for (const [i, name] of numbers.entries()) {
    const count = Number(found[`n${i}`])
    if (count === 0) continue
    const rows = await duck.list(
      `select row from (select row_number() over () - 1 as row, ${identifier(name)}::double as value from dataset) where isinf(value) limit 5`,
    )
    warnings.push(`Column '${name}' is infinite in ${rowsInWords(rows.map(Number), count)}: read as missing.`)
  }
  return warnings
}
