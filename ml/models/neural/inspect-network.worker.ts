/** The thread of one inspection: reads the model, answers with what can be drawn of it. */
import { workerData } from 'node:worker_threads'
import { answerThreadJob } from '../../../platform/thread-job.ts'
import { decodeModel } from '../model.ts'
import type { InspectInput } from './inspect-network.ts'
import { networkView } from './network-view.ts'

const { bytes, question }: InspectInput = workerData

await answerThreadJob(() => networkView(decodeModel(bytes), question))
