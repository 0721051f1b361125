/** The thread of one ONNX model: opens it, then runs batches that its owner lays into shared memory. */
import { parentPort, workerData } from 'node:worker_threads'
import { openRuntime } from './runtime.ts'
import type { OnnxOpening, OnnxRequest } from './session.ts'

const { bytes, input, output, signal }: OnnxOpening = workerData
const flag = new Int32Array(signal)
const utf8 = new TextEncoder()

/** 1 done, 2 failed: the words lie in the answer's memory. */
function wake(state: number): void {
  Atomics.store(flag, 0, state)
  Atomics.notify(flag, 0)
}

const opened = openRuntime(bytes)

parentPort?.on('message', async ({ matrix, answer, rows }: OnnxRequest) => {
  try {
    const { run } = await opened
    const values = await run({ input, output, matrix: new Float64Array(matrix), rows })
    const scores = new Float64Array(answer)
    if (values.length !== scores.length)
      throw new RangeError(`It answers ${values.length / rows} numbers a row where ${scores.length / rows} are expected.`)
    scores.set(values)
    wake(1)
  } catch (error) {
    const words = utf8.encode(error instanceof Error ? error.message : String(error)).subarray(0, flag.byteLength - 8)
    new Uint8Array(signal, 8).set(words)
    Atomics.store(flag, 1, words.length)
    wake(2)
  }
})
