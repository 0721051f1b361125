/**
 * Scores rows with onnxruntime as if it were synchronous, as every scorer here is: the model runs in a thread of its own,
 * and the caller sleeps on shared memory until the answer lies there.
 */
import { Worker } from 'node:worker_threads'
import { Fault } from '../../../platform/fault.ts'
import type { BatchScorer } from '../../models/algorithm.ts'

export interface OnnxOpening {
  readonly bytes: Uint8Array
  readonly input: string
  readonly output: string
  /** State, length of the words, then the words of a failure. */
  readonly signal: SharedArrayBuffer
}

export interface OnnxRequest {
  readonly matrix: SharedArrayBuffer
  readonly answer: SharedArrayBuffer
  readonly rows: number
}

/** A model that runs longer on one batch is given up: a graph may hold a loop that never ends. */
const patienceMs = 20_000
/** Rows of a batch. */
const block = 4096

/** Threads of models that nobody holds any more. */
const forgotten = new FinalizationRegistry<Worker>((worker) => void worker.terminate())

/** `outputs` numbers a row. The scorer throws `invalid_input` with onnxruntime's words when the model fails on the rows. */
export function onnxScorer({ bytes, input, output }: Omit<OnnxOpening, 'signal'>, outputs: number): BatchScorer {
  const signal = new SharedArrayBuffer(1032)
  let worker: Worker | undefined
  const start = (): Worker => {
    const opening: OnnxOpening = { bytes, input, output, signal }
    const started = new Worker(new URL('./session.worker.ts', import.meta.url), { workerData: opening })
    started.unref()
    started.on('error', () => undefined)
    forgotten.register(scorer, started, scorer)
    return started
  }
  const stop = (): void => {
    forgotten.unregister(scorer)
    void worker?.terminate()
    worker = undefined
  }
  const ask = (request: OnnxRequest): void => {
    worker ??= start()
    const flag = new Int32Array(signal)
    Atomics.store(flag, 0, 0)
    worker.postMessage(request)
    const waited = Atomics.wait(flag, 0, 0, patienceMs)
    if (waited === 'timed-out') {
      stop()
      throw new Fault(
        'invalid_input',
        `The ONNX model did not answer ${request.rows} rows in ${patienceMs / 1000} seconds and was stopped.`,
      )
    }
    if (Atomics.load(flag, 0) === 2) throw new Fault('invalid_input', `The ONNX model cannot answer these rows: ${wordsIn(signal)}`)
  }
  const scorer: BatchScorer = (values, rows, scores) => {
    for (let from = 0; from < rows; from += block) {
      const size = Math.min(block, rows - from)
      const request = {
        matrix: new SharedArrayBuffer(8 * size * values.length),
        answer: new SharedArrayBuffer(8 * size * outputs),
        rows: size,
      }
      const matrix = new Float64Array(request.matrix)
      for (const [column, all] of values.entries())
        for (let i = 0; i < size; i++) matrix[i * values.length + column] = all[from + i] ?? Number.NaN
      ask(request)
      scores.set(new Float64Array(request.answer), from * outputs)
    }
  }
  return scorer
}

function wordsIn(signal: SharedArrayBuffer): string {
  const length = Atomics.load(new Int32Array(signal), 1)
  return new TextDecoder().decode(new Uint8Array(signal, 8, length).slice())
}
