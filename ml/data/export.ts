/** A dataset written out again, as a file other programs read. */
import { unlink } from 'node:fs/promises'
import type { Blobs } from '../../platform/blobs.ts'
import type { Dataset } from './datasets.ts'
import { openDataset } from './snapshot.ts'
import { literal } from './sql-text.ts'

export const exportFormats = ['csv', 'parquet', 'jsonl'] as const
export type ExportFormat = (typeof exportFormats)[number]

const copyOptions: Readonly<Record<ExportFormat, string>> = {
  csv: 'format csv, header true',
  parquet: 'format parquet, compression zstd',
  jsonl: 'format json',
}

/** Returns the digest of the file in the blob store. */
export async function exportDataset(
  dataset: Dataset,
  { format, blobs, signal }: { readonly format: ExportFormat; readonly blobs: Blobs; readonly signal?: AbortSignal },
): Promise<string> {
  await using duck = await openDataset(dataset, { blobs, ...(signal && { signal }) })
  const file = await blobs.scratch(format)
  try {
    await duck.run(`copy (from dataset) to ${literal(file)} (${copyOptions[format]})`)
    return await blobs.adopt(file)
  } catch (error) {
    await unlink(file).catch(() => undefined)
    throw error
  }
}
