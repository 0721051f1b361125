/** For tests: stands for a model's process and dies, hangs or fails as its jobs say. Each life leaves a letter in a file. */
import { appendFileSync, readFileSync } from 'node:fs'
import { z } from 'zod'
import { answerJobs, settingsFromParent, tellParent } from '../model-side.ts'

const { lives, failsToLoad } = z.object({ lives: z.string(), failsToLoad: z.boolean() }).parse(await settingsFromParent())
appendFileSync(lives, 'x')
const life = readFileSync(lives, 'utf8').length

answerJobs(async (job: string) => {
  if (job === 'die' || (job === 'die once' && life === 1)) setImmediate(() => process.abort())
  if (job === 'end') process.exit(3)
  if (job === 'throw') {
    setImmediate(() => {
      throw new RangeError('out of memory')
    })
  }
  if (job === 'fail') throw new Error('a bad text')
  if (['die', 'throw', 'hang'].includes(job) || (job === 'die once' && life === 1)) await new Promise(() => undefined)
  return job
})
tellParent(failsToLoad && life === 1 ? { failed: { kind: 'library', message: 'not there' } } : { ready: { life } })
