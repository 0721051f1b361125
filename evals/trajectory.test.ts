import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inScratch } from '../compose.ts'
import { readConfig } from '../config.ts'
import { suiteRequest } from '../evaluate.ts'
import { sampleFolder } from '../sample.ts'
import { noJournal } from './journal.ts'
import type { SuiteReport } from './report.ts'
import { suites } from './suites.ts'
import { readScenarios } from './trajectory/scenario.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trajectory-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function evaluate(data: string, variables: Readonly<Record<string, string>> = {}): Promise<SuiteReport> {
  const config = readConfig({ MILLRACE_HOME: folder, MILLRACE_LOG: 'silent', ...variables }, folder)
  return inScratch(config, [sampleFolder], (waist) => {
    const told = { flags: { data }, signal: new AbortController().signal, onProgress: () => undefined }
    const report = suites.trajectory?.run({ ...suiteRequest(config, waist, told), journal: noJournal })
    if (report === undefined) throw new Error('There is no suite trajectory.')
    return report
  })
}

describe('the trajectory suite', () => {
  it('holds each conversation in a workspace of its own, decides as told, and looks at what is there afterwards', async () => {
    const { cases, metrics } = await evaluate(join(import.meta.dirname, 'trajectory/fixtures/sample.jsonl'))
    expect(cases?.filter((one) => !(typeof one === 'object' && one !== null && 'ok' in one && one.ok === true))).toEqual([])
    expect(metrics).toMatchObject({ match: 1, end_state: 1, passed: 1, unmeasured: 0 })
  })

  it('does not count a case against the chat whose model cannot be reached', async () => {
    const data = join(folder, 'one.jsonl')
    await writeFile(data, '{"input":"Which datasets do we have?","calls":["list_datasets"]}\n')
    const { metrics, cases } = await evaluate(data, { OPENAI_BASE_URL: 'http://127.0.0.1:9/v1', MILLRACE_MODEL: 'nobody' })
    expect(metrics).toMatchObject({ unmeasured: 1 })
    expect(cases).toMatchObject([{ id: 'line-1', why: expect.stringContaining('nobody') }])
  })

  it('names the line that is no scenario', async () => {
    const data = join(folder, 'bad.jsonl')
    await writeFile(data, '{"input":"x","calls":[]}\n{"input":"x","calls":[],"mode":"roughly"}\n')
    await expect(readScenarios(data)).rejects.toThrow('line 2')
  })
})
