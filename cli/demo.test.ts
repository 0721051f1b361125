import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestMillrace, type TestMillrace } from '../tools/testing.ts'
import { runDemo } from './demo.ts'
import { readDemoFiles } from './demo-command.ts'
import { shiftNumbers } from './demo-material.ts'

describe('the demo', () => {
  let millrace: TestMillrace
  beforeAll(async () => {
    millrace = await openTestMillrace()
    await cp(join(import.meta.dirname, '../examples/sample'), millrace.folder, { recursive: true })
  })
  afterAll(() => millrace.close())

  it('tells the whole story on the sample, and each effect is there afterwards', async () => {
    const lines: string[] = []
    await runDemo({
      call: (tool, input) => millrace.call(tool, input),
      data: join(millrace.folder, 'customers.csv'),
      target: 'churned',
      docs: join(millrace.folder, 'handbook'),
      suffix: 'test',
      say: (line) => void lines.push(line),
    })
    expect(lines.map((line) => line.split(/\s{2,}/)[0])).toEqual(
      expect.arrayContaining([
        'load',
        'train',
        'register',
        'deploy',
        'predict',
        'drift, after',
        'retrain',
        'roll back',
        'documents',
        'ask',
        'abstain',
      ]),
    )
    const { models } = await millrace.call<{ models: { model: string; version: number }[] }>('list_models')
    expect(models.filter(({ model }) => model === 'customers-churned-test').length).toBeGreaterThan(0)
  })

  it('stops at the first effect that is not there', async () => {
    const lost = runDemo({
      call: async (tool, input) => (tool === 'list_datasets' ? { datasets: [] } : millrace.call(tool, input)),
      data: join(millrace.folder, 'customers.csv'),
      target: 'churned',
      docs: join(millrace.folder, 'handbook'),
      suffix: 'lost',
      say: () => undefined,
    })
    await expect(lost).rejects.toMatchObject({ code: 'gate_not_met', message: expect.stringContaining('not listed') })
  })

  it('wants data and target together', () => {
    expect(() => readDemoFiles(['--data', 'a.csv'])).toThrow('--target')
    expect(() => readDemoFiles(['--dta', 'a.csv'])).toThrow("'--dta'")
    expect(readDemoFiles([]).target).toBe('churned')
  })

  it('shifts numbers by one and a half standard deviations and leaves words alone', () => {
    expect(
      shiftNumbers([
        { a: 0.5, b: 'x' },
        { a: 2.5, b: 'y' },
      ]),
    ).toEqual([
      { a: 2, b: 'x' },
      { a: 4, b: 'y' },
    ])
  })
})
