/** Answers for a whole dataset, as a new dataset: its rows with the prediction and its probability beside them. */
import { unlink } from 'node:fs/promises'
import { Worker } from 'node:worker_threads'
import type { Blobs } from '../../platform/blobs.ts'
import { Fault, faultCodes } from '../../platform/fault.ts'
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

/** Throws `not_found` naming an input the dataset lacks. Columns called prediction and probability are replaced. */
export async function predictDataset(
  version: ModelVersion,
  dataset: Dataset,
  { blobs, signal, progress }: BatchOptions,
): Promise<Snapshot> {
  const inputs = version.signature.inputs.map(({ name }) => requireColumn(dataset, name).name)
  const frame = await loadFrame(dataset, { blobs, signal, columns: inputs })
  const file = await blobs.scratch('csv')
  try {
    await scoreToFile({ bytes: await blobs.get(version.blob), frame, file }, { signal, progress })
    await using duck = await openDataset(dataset, { blobs, signal })
    const regression = version.signature.task === 'regression' || version.signature.classes.every((each) => typeof each === 'number')
    await duck.run(
      `create table answers as select * from read_csv(${literal(file)}, auto_detect = false, header = true, delim = ',', quote = '"', escape = '"',
       columns = {'prediction': '${regression ? 'double' : 'varchar'}', 'probability': 'double'}, parallel = false)`,
    )
    const taken = dataset.columns
      .filter(({ name }) => ['prediction', 'probability'].includes(name.toLowerCase()))
      .map(({ name }) => identifier(name))
    const kept = taken.length > 0 ? `* exclude (${taken.join(', ')})` : '*'
    const made = version.signature.task === 'regression' ? 'answers.prediction' : 'answers.prediction, answers.probability'
    return await writeSnapshot(duck, `(select d.*, ${made} from (select ${kept} from dataset) as d positional join answers)`, blobs)
  } finally {
    await unlink(file).catch(() => undefined)
  }
}

interface Job {
  readonly bytes: Uint8Array
  readonly frame: Frame
  readonly file: string
}

async function scoreToFile(job: Job, { signal, progress }: Pick<BatchOptions, 'signal' | 'progress'>): Promise<void> {
  signal.throwIfAborted()
  // The frame moves to the thread instead of being copied.
  const buffers = job.frame.columns.map((column) => (column.type === 'number' ? column.values.buffer : column.codes.buffer))
  const transferList = buffers.filter((buffer) => buffer instanceof ArrayBuffer)
  const worker = new Worker(new URL('./batch.worker.ts', import.meta.url), { workerData: job, transferList })
  const done = Promise.withResolvers<void>()
  const stop = (): void => done.reject(signal.reason)
  signal.addEventListener('abort', stop, { once: true })
  worker.on('message', (message: { fraction?: number; done?: true; code?: string; message?: string }) => {
    if (message.fraction !== undefined)
      progress({ fraction: message.fraction, message: `${Math.round(100 * message.fraction)} % of the rows answered` })
    if (message.done) done.resolve()
    if (message.message !== undefined)
      done.reject(new Fault(faultCodes.find((code) => code === message.code) ?? 'internal', message.message))
  })
  worker.once('error', (cause) => done.reject(new Fault('internal', 'The scoring thread failed.', { cause })))
  worker.once('exit', () => done.reject(new Fault('internal', 'The scoring thread ended early.')))
  try {
    await done.promise
  } finally {
    signal.removeEventListener('abort', stop)
    await worker.terminate()
  }
}
