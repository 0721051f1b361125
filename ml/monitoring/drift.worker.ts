/** Compares two frames in a thread of its own. */
import { workerData } from 'node:worker_threads'
import { answerThreadJob } from '../../platform/thread-job.ts'
import type { Frame } from '../data/frame.ts'
import { type DriftOptions, detectDrift } from './drift.ts'

const given: { readonly reference: Frame; readonly current: Frame; readonly options: DriftOptions } = workerData
await answerThreadJob(() => detectDrift(given.reference, given.current, given.options))
