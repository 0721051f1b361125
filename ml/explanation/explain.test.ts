import { describe, expect, it } from 'vitest'
import { encodeModel } from '../models/model.ts'
import { fitModel } from '../training/jobs.ts'
import { plan } from '../training/plan.ts'
import { customers } from '../training/testing.ts'
import { explain } from './explain.ts'

const frame = customers(600, 1)
const job = { target: 'churned', algorithm: 'naive_bayes', params: {}, seed: 0 }
const bytes = encodeModel(fitModel(plan(frame, { ...job, folds: 2 }), job, { progress: () => undefined }))
const question = { frame, method: 'kernel', coalitions: 8, seed: 0, rows: 3, backgroundRows: 20, points: 0 } as const

describe('an explanation in its own thread', () => {
  it('tells how far it is', async () => {
    const heard: number[] = []
    const control = { signal: new AbortController().signal, progress: (fraction: number) => heard.push(fraction) }
    const { features } = await explain<'shap'>({ bytes, asked: { name: 'shap', question } }, control)
    expect(features[0]?.feature).toBe('age')
    expect(heard).toHaveLength(3)
    expect(heard.at(-1)).toBe(1)
  })

  it('ends within a moment of being cancelled', async () => {
    const abort = new AbortController()
    const long = { ...question, rows: 600, backgroundRows: 600 }
    const running = explain<'shap'>(
      { bytes, asked: { name: 'shap', question: long } },
      { signal: abort.signal, progress: () => abort.abort() },
    )
    await expect(running).rejects.toMatchObject({ code: 'cancelled' })
    const again = explain<'splits'>({ bytes, asked: { name: 'splits', question: {} } }, { signal: abort.signal })
    await expect(again).rejects.toMatchObject({ code: 'cancelled' })
  })

  it('says what is wrong as a Fault', async () => {
    const { signal } = new AbortController()
    await expect(explain<'splits'>({ bytes, asked: { name: 'splits', question: {} } }, { signal })).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('no splits'),
    })
    const hostile = explain<'splits'>({ bytes: bytes.slice(0, 40), asked: { name: 'splits', question: {} } }, { signal })
    await expect(hostile).rejects.toMatchObject({ code: 'invalid_input' })
  })
})
