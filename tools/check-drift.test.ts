import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { seededRandom } from '../ml/evaluation/seeded-random.ts'
import { checkDriftTool } from './check-drift.ts'
import { ingestDataTool } from './ingest-data.ts'
import { searchCatalogTool } from './search-catalog.ts'
import { openTestMillrace, type TestMillrace } from './testing.ts'

interface Drift {
  readonly drifted: boolean
  readonly columns: readonly { readonly name: string; readonly test: string; readonly drifted: boolean }[]
  readonly skipped: readonly { readonly name: string }[]
}

let millrace: TestMillrace
const random = seededRandom(11)
beforeAll(async () => {
  millrace = await openTestMillrace([checkDriftTool, ingestDataTool, searchCatalogTool])
  await ingest('before', 0, 'extra')
  await ingest('same', 0, 'other')
  await ingest('after', 1.5, 'other')
})
afterAll(() => millrace.close())

async function ingest(name: string, shift: number, last: string): Promise<void> {
  const rows = Array.from(
    { length: 800 },
    () => `${(random() * 10 + shift).toFixed(3)},${random() < 0.5 ? 'a' : 'b'},${random() < 0.1 ? '' : random().toFixed(3)}`,
  )
  const source = join(millrace.folder, `${name}.csv`)
  await writeFile(source, `amount,kind,${last}\n${rows.join('\n')}\n`)
  await millrace.call('ingest_data', { source })
}
const check = (input: Record<string, unknown>) => millrace.call<Drift>('check_drift', input)

describe('check_drift between datasets', () => {
  it('is quiet on a fresh sample and names what moved', async () => {
    expect(await check({ dataset: 'same', reference: 'before' })).toMatchObject({ drifted: false, rows: { reference: 800, current: 800 } })
    const found = await check({ dataset: 'after', reference: 'before' })
    expect(found.columns.filter(({ drifted }) => drifted)).toEqual([expect.objectContaining({ name: 'amount', test: 'ks' })])
    expect(found.skipped.map(({ name }) => name)).toEqual(['extra'])
  })

  it('speaks as Evidently when asked', async () => {
    const found = await check({ dataset: 'after', reference: 'before', mode: 'evidently' })
    expect(found.columns.map(({ name, test, drifted }) => [name, test, drifted])).toEqual([
      ['amount', 'ks', true],
      ['kind', 'z', false],
    ])
    expect(found.drifted).toBe(true)
  })

  it('says what it needs', async () => {
    await expect(check({})).rejects.toThrow(/Say what to compare/)
    await expect(check({ dataset: 'after' })).rejects.toThrow(/Say what to compare/)
    await expect(check({ dataset: 'after', reference: 'befor' })).rejects.toThrow(/Did you mean 'before'/)
    await expect(check({ model: 'none' })).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('search_catalog', () => {
  it('finds datasets and columns by words in their names', async () => {
    const { hits } = await millrace.call<{ hits: { kind: string; name: string }[] }>('search_catalog', { query: 'AMOUNT' })
    expect(hits.map(({ kind, name }) => `${kind} ${name}`)).toEqual(['column after@1', 'column before@1', 'column same@1'])
    expect(await millrace.call('search_catalog', { query: 'before' })).toMatchObject({
      hits: [{ kind: 'dataset', name: 'before@1' }, {}, {}, {}],
    })
    expect(await millrace.call('search_catalog', { query: "'; drop table datasets" })).toEqual({ hits: [] })
  })
})
