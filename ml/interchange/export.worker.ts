/** The thread of one export. */
import { workerData } from 'node:worker_threads'
import { answerThreadJob } from '../../platform/thread-job.ts'
import { type ExportInput, exportModel } from './export.ts'

const input: ExportInput = workerData
await answerThreadJob(() => exportModel(input))
