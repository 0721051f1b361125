/** The thread of one evaluation: reads the model, scores the table, answers with the report. */
import { workerData } from 'node:worker_threads'
import { answerThreadJob } from '../../platform/thread-job.ts'
import { decodeModel } from '../models/model.ts'
import type { EvaluateInput } from './evaluate.ts'
import { evaluationReport } from './report.ts'

const { bytes, frame, wish }: EvaluateInput = workerData

await answerThreadJob(() => evaluationReport(decodeModel(bytes), frame, wish))
