/** The thread of one evaluation: reads the model, scores the table, answers with the report. */
import { parentPort, workerData } from 'node:worker_threads'
import { asFault } from '../../platform/fault.ts'
import { decodeModel } from '../models/model.ts'
import type { EvaluateInput, EvaluateReply } from './evaluate.ts'
import { evaluationReport } from './report.ts'

const { bytes, frame }: EvaluateInput = workerData

function answer(): EvaluateReply {
  try {
    return { ok: true, report: evaluationReport(decodeModel(bytes), frame) }
  } catch (error) {
    const { code, message, errors } = asFault(error)
    return { ok: false, code, message, errors }
  }
}

parentPort?.postMessage(answer())
