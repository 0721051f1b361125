/** Compares two frames in a thread of its own. */
import { parentPort, workerData } from 'node:worker_threads'
import type { Frame } from '../data/frame.ts'
import { type DriftOptions, detectDrift } from './drift.ts'

const given: { readonly reference: Frame; readonly current: Frame; readonly options: DriftOptions } = workerData
parentPort?.postMessage(detectDrift(given.reference, given.current, given.options))
