import { appendFile, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestMillrace, type TestMillrace } from '../tools/testing.ts'
import { reportPage } from './page.ts'
import { type EvalOptions, runEval } from './run.ts'
import type { Suite } from './suites.ts'

let millrace: TestMillrace
let folder = ''
beforeAll(async () => {
  millrace = await openTestMillrace({ tools: [] })
  folder = await mkdtemp(join(tmpdir(), 'evals-'))
})
afterAll(async () => {
  await millrace.close()
  await rm(folder, { recursive: true, force: true })
})

/** A suite whose n-th run gives the n-th list of verdicts. */
function suiteOf(...runs: readonly (readonly (boolean | undefined)[])[]): Suite & { readonly ran: () => number } {
  let at = 0
  return {
    about: '',
    paths: [],
    words: [],
    ran: () => at,
    run: async () => {
      const verdicts = runs[at++ % runs.length] ?? []
      const cases = verdicts.map((ok, place) => ({
        id: `c${place}`,
        ...(ok === undefined ? { why: 'cut' } : { ok }),
        note: '<script>alert(1)</script>',
      }))
      return {
        suite: 'own',
        data: 'd',
        digest: 'x',
        metrics: { exact: verdicts.filter(Boolean).length / verdicts.length },
        cases,
        verdict: 'Done.',
      }
    },
  }
}

const options = (suite: Suite, more: Partial<EvalOptions> & { readonly id: string }): EvalOptions => ({
  suite,
  name: 'own',
  folder,
  trials: 1,
  tolerance: 0,
  request: {
    flags: {},
    waist: millrace,
    caller: millrace.owner,
    chat: () => Promise.reject(new Error('no chat')),
    scratch: () => {
      throw new Error('No suite here asks for another Millrace.')
    },
    sample: async () => undefined,
    signal: new AbortController().signal,
    onProgress: () => undefined,
  },
  ...more,
})

describe('an eval run', () => {
  it('keeps its report and meets the gate against itself', async () => {
    await runEval(options(suiteOf([true, true, false]), { id: 'base' }))
    const again = await runEval(options(suiteOf([true, true, false]), { id: 'again', baseline: 'base' }))
    expect(again.gate).toEqual({ met: true, reasons: [] })
    expect(again.comparison).toMatchObject({ paired: 3, better: [], worse: [] })
    expect(JSON.parse(await readFile(join(folder, 'base.json'), 'utf8'))).toMatchObject({ id: 'base', metrics: { exact: 2 / 3 } })
  })

  it('does not meet the gate when a case that passed fails, unless that much is tolerated', async () => {
    const worse = await runEval(options(suiteOf([true, false, false]), { id: 'worse', baseline: 'base' }))
    expect(worse.gate).toEqual({ met: false, reasons: ['The pass rate fell by 0.3333 against base; worse: c1.'] })
    const tolerated = await runEval(options(suiteOf([true, false, false]), { id: 'worse2', baseline: 'base', tolerance: 0.4 }))
    expect(tolerated.gate.met).toBe(true)
  })

  it('does not compare with other data', async () => {
    const other: Suite = { ...suiteOf([true]), run: async () => ({ suite: 'own', data: 'd', digest: 'y', metrics: {}, verdict: '' }) }
    expect((await runEval(options(other, { id: 'other', baseline: 'base' }))).gate.met).toBe(false)
  })

  it('does not meet the gate when something broke that must hold', async () => {
    const suite = suiteOf([true])
    const broken: Suite = { ...suite, run: async (request) => ({ ...(await suite.run(request)), broken: ['1 forbidden call.'] }) }
    expect((await runEval(options(broken, { id: 'broken' }))).gate).toEqual({ met: false, reasons: ['1 forbidden call.'] })
  })

  it('tries several times, and forgives a drop that chance explains', async () => {
    const run = await runEval(options(suiteOf([true, true, undefined], [true, false, undefined]), { id: 'noisy', trials: 2 }))
    expect(run).toMatchObject({ unmeasured: ['c2'], trials: { count: 2, unstable: ['c1'] }, metrics: { exact: 0.5 } })
    const next = await runEval(options(suiteOf([true, false, undefined]), { id: 'noisy2', baseline: 'noisy' }))
    expect(next.gate.met).toBe(true)
  })

  it('goes on where it was cut, and not with other flags', async () => {
    const cut = suiteOf([true])
    const failing: Suite = { ...cut, run: async (request) => (cut.ran() === 1 ? Promise.reject(new Error('power')) : cut.run(request)) }
    await expect(runEval(options(failing, { id: 'cut', trials: 2 }))).rejects.toThrow('power')
    await appendFile(join(folder, 'cut.partial.jsonl'), '{"key":"report 2","val')
    await expect(runEval(options(cut, { id: 'cut', trials: 3 }))).rejects.toThrow('other flags')
    const rest = suiteOf([true])
    expect((await runEval(options(rest, { id: 'cut', trials: 2 }))).trials?.count).toBe(2)
    expect(rest.ran()).toBe(1)
    expect((await readdir(folder)).filter((name) => name.includes('partial'))).toEqual([])
  })

  it('refuses a baseline that is not there and a name that is a path', async () => {
    await expect(runEval(options(suiteOf([true]), { id: 'x', baseline: 'nowhere' }))).rejects.toMatchObject({ code: 'not_found' })
    await expect(runEval(options(suiteOf([true]), { id: '../x' }))).rejects.toMatchObject({ code: 'usage' })
  })

  it('becomes one page that runs nothing and asks nothing from elsewhere', async () => {
    const page = reportPage(await runEval(options(suiteOf([true, false, undefined]), { id: 'page', baseline: undefined })))
    expect(page).not.toMatch(/<script|src=|href=|url\(/)
    expect(page).toContain('&lt;script&gt;')
    expect(page).toContain('not measured')
  })
})
