/** For tests: stands for a model's thread and dies, hangs or fails as its jobs say. What it has lived through is in the shared memory. */
import { parentPort, workerData } from 'node:worker_threads'

const lives: Int32Array<SharedArrayBuffer> = workerData.lives
const failsToLoad: boolean = workerData.failsToLoad
Atomics.add(lives, 0, 1)
if (failsToLoad && Atomics.load(lives, 0) === 1) parentPort?.postMessage({ failed: { kind: 'library', message: 'not there' } })
else {
  parentPort?.postMessage({ ready: { life: Atomics.load(lives, 0) } })
  parentPort?.on('message', ({ id, job }: { readonly id: number; readonly job: string }) => {
    if (job === 'die' || (job === 'die once' && Atomics.load(lives, 0) === 1)) throw new Error('out of memory')
    if (job === 'end') process.exit(0)
    if (job === 'fail') parentPort?.postMessage({ id, error: 'a bad text' })
    else if (job !== 'hang') parentPort?.postMessage({ id, answer: job })
  })
}
