/** The thread of one explanation: reads the model, answers the question. */
import { workerData } from 'node:worker_threads'
import { answerThreadJob } from '../../platform/thread-job.ts'
import { decodeModel, type Model } from '../models/model.ts'
import type { Asked, ExplainInput, ExplanationName, Explanations } from './explain.ts'
import { explainRecord } from './explain-record.ts'
import { partialDependence } from './partial-dependence.ts'
import { permutationImportance } from './permutation.ts'
import { sampleInputs } from './sample.ts'
import { shapImportance } from './shap-importance.ts'
import { splitImportance } from './split-importance.ts'

type Answer = Explanations[ExplanationName]['answer']

function answer(model: Model, asked: Asked, done: (fraction: number) => void): Answer {
  switch (asked.name) {
    case 'record': {
      const { background, backgroundRows, ...question } = asked.question
      const width = model.columns.length
      const usual = background
        ? sampleInputs(model, background, { most: backgroundRows, seed: question.seed + 1 })
        : { count: 0, width, values: new Float64Array(0) }
      return explainRecord(model, { ...question, background: usual })
    }
    case 'shap': {
      const { frame, background = frame, ...question } = asked.question
      return shapImportance(model, { frame, background }, question, done)
    }
    case 'permutation':
      return permutationImportance(model, asked.question.frame, asked.question, done)
    case 'splits':
      return splitImportance(model)
    case 'dependence':
      return partialDependence(model, asked.question.frame, asked.question, done)
  }
}

const { bytes, asked }: ExplainInput = workerData
await answerThreadJob((done) => answer(decodeModel(bytes), asked, done))
