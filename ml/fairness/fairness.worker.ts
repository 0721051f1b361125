/** The thread of one fairness report. */
import { workerData } from 'node:worker_threads'
import { answerThreadJob } from '../../platform/thread-job.ts'
import { decodeModel } from '../models/model.ts'
import type { FairnessInput } from './fairness.ts'
import { fairnessReport } from './report.ts'

const { bytes, frame, wish }: FairnessInput = workerData

await answerThreadJob(() => fairnessReport(decodeModel(bytes), frame, wish))
