/** The thread of one import: a stranger's file is opened and tried here, where it can be stopped. */
import { workerData } from 'node:worker_threads'
import { answerThreadJob } from '../../platform/thread-job.ts'
import { encodeModel } from '../models/model.ts'
import { type ImportInput, importModel } from './import.ts'

const { bytes, wish }: ImportInput = workerData
await answerThreadJob(async () => encodeModel(await importModel(bytes, wish)))
