/** Answers for a whole dataset, as a new dataset: its rows with the prediction and its probability, or the components, beside them. */
import { unlink } from 'node:fs/promises'
import type { Blobs } from '../../platform/blobs.ts'
import { inThread } from '../../platform/thread-job.ts'
import { type Dataset, requireColumn } from '../data/datasets.ts'
import type { Frame } from '../data/frame.ts'
import { loadFrame } from '../data/frame-reader.ts'
import { openDataset, type Snapshot, writeSnapshot } from '../data/snapshot.ts'
import { identifier, literal } from '../data/sql-text.ts'
import type { ModelVersion } from '../registry/registry.ts'

export interface BatchOptions {
  readonly blobs: Blobs
  readonly signal: AbortSignal
  readonly progress: (progress: { readonly fraction: number; readonly message: string }) => void
}

/** Throws `not_found` naming an input the dataset lacks. Columns called as the answers' are replaced. */
export async function predictDataset(
  version: ModelVersion,
  dataset: Dataset,
  { blobs, signal, progress }: BatchOptions,
): Promise<Snapshot> {
  const inputs = version.signature.inputs.map(({ name }) => requireColumn(dataset, name).name)
  const frame = await loadFrame(dataset, { blobs, signal, columns: inputs })
  const answers = answerColumns(version.signature)
  const file = await blobs.scratch('csv')
  try {
    await scoreToFile({ bytes: await blobs.get(version.blob), frame, file, columns: answers }, { signal, progress })
    await using duck = await openDataset(dataset, { blobs, signal })
    await duck.run(
      `create table answers as select * from read_csv(${literal(file)}, auto_detect = false, header = true, delim = ',', quote = '"', escape = '"',
       columns = {${answers.map(({ name, type }) => `${literal(name)}: '${type}'`).join(', ')}}, parallel = false)`,
    )
    const taken = dataset.columns
      .filter(({ name }) => answers.some((answer) => answer.name.toLowerCase() === name.toLowerCase()))
      .map(({ name }) => identifier(name))
    const kept = taken.length > 0 ? `* exclude (${taken.join(', ')})` : '*'
    return await writeSnapshot(duck, `(select d.*, answers.* from (select ${kept} from dataset) as d positional join answers)`, blobs)
  } finally {
    await unlink(file).catch(() => undefined)
  }
}

/** The columns that answers are written in: a class with its probability, a number, or one number per component. */
function answerColumns({ task, classes }: ModelVersion['signature']): readonly AnswerColumn[] {
  if (task === 'projection') return classes.map((name) => ({ name: String(name), type: 'double' }))
  if (classes.length === 0) return [{ name: 'prediction', type: 'double' }]
  const type = classes.every((each) => typeof each === 'number') ? 'double' : 'varchar'
  return [
    { name: 'prediction', type },
    { name: 'probability', type: 'double' },
  ]
}

interface AnswerColumn {
  readonly name: string
  readonly type: 'double' | 'varchar'
}

interface Job {
  /** What each row is answered by. */
  readonly columns: readonly AnswerColumn[]
  readonly bytes: Uint8Array
  readonly frame: Frame
  readonly file: string
}

function scoreToFile(job: Job, { signal, progress }: Pick<BatchOptions, 'signal' | 'progress'>): Promise<void> {
  const buffers = job.frame.columns.map((column) => (column.type === 'number' ? column.values.buffer : column.codes.buffer))
  return inThread({
    file: new URL('./batch.worker.ts', import.meta.url),
    data: job,
    signal,
    title: 'The scoring',
    moved: buffers.filter((buffer) => buffer instanceof ArrayBuffer),
    progress: (fraction) => progress({ fraction, message: `${Math.round(100 * fraction)} % of the rows answered` }),
  })
}
