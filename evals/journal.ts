/** What an eval run has finished, line by line in a file, so that a run that was cut goes on where it stopped. */
import { appendFile, mkdir, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import { canonicalJson } from '../platform/canonical.ts'
import { Fault } from '../platform/fault.ts'

export interface Journal {
  /** What was kept under this key, if the run came that far before. */
  recall(key: string): unknown
  keep(key: string, value: unknown): Promise<void>
}

/** For a run that nobody takes up again. */
export const noJournal: Journal = { recall: () => undefined, keep: async () => undefined }

const line = z.object({ key: z.string(), value: z.unknown() })

/** Throws `conflict` when the file belongs to a run with another `header` (its suite and flags). */
export async function openJournal(path: string, header: unknown): Promise<Journal> {
  const text = await readFile(path, 'utf8').catch(() => '')
  const kept = new Map(lines(text).map(({ key, value }) => [key, value]))
  const known = kept.get('')
  if (known !== undefined && canonicalJson(known) !== canonicalJson(header))
    throw new Fault(
      'conflict',
      `${path} belongs to a run with other flags: ${canonicalJson(known)}. Give the same ones, or another --name.`,
    )
  const keep: Journal['keep'] = async (key, value) => {
    kept.set(key, value)
    await mkdir(dirname(path), { recursive: true })
    await appendFile(path, `${JSON.stringify({ key, value })}\n`)
  }
  if (text !== '' && !text.endsWith('\n')) await appendFile(path, '\n')
  if (known === undefined) await keep('', header)
  return { recall: (key) => kept.get(key), keep }
}

/** A last line cut by a crash was never finished, so it is not there. */
function lines(text: string): readonly z.infer<typeof line>[] {
  return text.split('\n').flatMap((one) => {
    try {
      return [line.parse(JSON.parse(one))]
    } catch {
      return []
    }
  })
}
