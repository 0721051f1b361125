import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { seededRandom } from '../ml/evaluation/seeded-random.ts'
import { temporaryFolder } from '../platform/testing/harness.ts'
import { runTabular } from './tabular.ts'

const { signal } = new AbortController()
let folder: Awaited<ReturnType<typeof temporaryFolder>>

beforeAll(async () => {
  folder = await temporaryFolder()
  const random = seededRandom(2)
  const lines = Array.from({ length: 200 }, () => {
    const size = random() * 10
    return `${size.toFixed(3)},${['1', '2', ''][Math.floor(3 * random())]},${size + random() > 5.5 ? 1 : 0}`
  })
  await writeFile(join(folder.path, 'shops.csv'), ['size,region,profit', ...lines].join('\n'))
  const shops = { file: 'shops.csv', target: 'profit', task: 'binary', categorical: ['region'] }
  await writeFile(join(folder.path, 'schema.json'), JSON.stringify({ shops }))
  await mkdir(join(folder.path, 'splits'))
  await writeFile(join(folder.path, 'splits', 'shops.json'), JSON.stringify({ fold: lines.map((_, i) => i % 2) }))
  const roc_auc = { mean: 0.9, sd: 0.01 }
  await writeFile(
    join(folder.path, 'baselines.json'),
    JSON.stringify({ _env: { note: 'x' }, shops: { models: { logreg: { roc_auc, fit_s_median: 1 } } } }),
  )
})

afterAll(() => folder.remove())

describe('the tabular suite', () => {
  it('scores every algorithm that fits and compares it with the baseline beside the table', async () => {
    const lines: string[] = []
    const report = await runTabular({ data: folder.path, signal, onProgress: (line) => lines.push(line) })
    const { logistic, tree } = report.metrics.shops ?? {}
    expect(logistic?.roc_auc).toBeGreaterThan(0.9)
    expect(logistic?.delta).toBeCloseTo((logistic?.roc_auc ?? 0) - 0.9, 12)
    expect(logistic?.fit_seconds).toBeGreaterThan(0)
    expect(tree?.delta).toBeNull()
    expect(report.metrics.shops).not.toHaveProperty('linear')
    expect(report.verdict).toMatch(/^passed/)
    expect(lines.filter((line) => /^shops \w+: roc_auc \d/.test(line))).toHaveLength(report.cases.length)
    expect(lines.join('\n')).toMatch(/shops cnn: .*pixels|square/i)
  })

  it('lets auto choose anew on the rows that each fold learns from', async () => {
    const report = await runTabular({ data: folder.path, algorithms: ['auto'], signal })
    expect(report.metrics.shops?.auto?.roc_auc).toBeGreaterThan(0.9)
    expect(report.cases[0]).toMatchObject({ algorithm: 'auto', baseline: null })
  })

  it('names the same data by the same digest, whatever is run on it', async () => {
    const first = await runTabular({ data: folder.path, algorithms: ['logistic'], signal })
    const second = await runTabular({ data: folder.path, algorithms: ['tree'], only: ['shops'], signal })
    expect(second.digest).toBe(first.digest)
  })

  it('refuses tables, algorithms and folders that are not there', async () => {
    await expect(runTabular({ data: folder.path, only: ['cafes'], signal })).rejects.toThrow(/no table 'cafes'.*shops/)
    await expect(runTabular({ data: folder.path, algorithms: ['oracle'], signal })).rejects.toThrow(/no algorithm 'oracle'/)
    await expect(runTabular({ data: join(folder.path, 'splits'), signal })).rejects.toThrow(/no file .*schema\.json/)
  })
})
