import { spawn } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { temporaryFolder } from '../platform/testing/harness.ts'
import { type RunningServer, startMillrace } from '../tools/running-server.ts'

// A server and the suite are processes of their own: on a busy machine that alone takes a while.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 180_000 })

const checks = z.array(z.looseObject({ id: z.string(), status: z.string(), errorMessage: z.string().optional() }))

/** What the suite counts for each revision, so that a check that silently disappears is noticed. */
const counted = { '2025-11-25': 84, '2026-07-28': 196 }

/** It needs a rewrite, the suite says itself, and is skipped on every server. */
const skippedBySuite = ['tasks-status-notifications']

describe('the conformance suite of the protocol', () => {
  let server: RunningServer
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  beforeAll(async () => {
    folder = await temporaryFolder()
    server = await startMillrace({ MILLRACE_MCP_PROFILE: 'conformance', MILLRACE_LOG: 'silent' })
  })
  afterAll(async () => {
    await server.close()
    await folder.remove()
  })

  it.each(['2025-11-25', '2026-07-28'] as const)(
    'passes whole for revision %s, extensions and unscored scenarios included',
    async (revision) => {
      const out = join(folder.path, revision)
      await runSuite(['server', '--url', `${server.url}/mcp`, '--requirements', revision, '-o', out])
      const found = await resultsIn(out)
      // The exit code and the summary pass over what is not scored; the files do not.
      const wrong = found.filter(({ id, status }) => status !== 'SUCCESS' && status !== 'INFO' && !skippedBySuite.includes(id))
      expect(wrong).toEqual([])
      expect(found.filter(({ status }) => status === 'SUCCESS')).toHaveLength(counted[revision])
      if (revision === '2026-07-28') expect(scenarios(found).filter((name) => name.startsWith('server-tasks-'))).toHaveLength(10)
    },
  )

  it('finds none of its fixtures on a server that was not asked for them', async () => {
    const plain = await startMillrace({ MILLRACE_LOG: 'silent' })
    try {
      const { out } = await plain.run(['--help'])
      expect(out).toContain('train-model')
      expect(out).not.toContain('slow-compute')
    } finally {
      await plain.close()
    }
  })
})

type Result = z.output<typeof checks>[number] & { readonly scenario: string }

const scenarios = (results: readonly Result[]): readonly string[] => [
  ...new Set(results.map(({ scenario }) => scenario.replace(/-\d{4}-\d\d-\d\dT.*$/, ''))),
]

async function resultsIn(folder: string): Promise<readonly Result[]> {
  const names = await readdir(folder)
  const found = await Promise.all(
    names.map(async (scenario) => {
      const read = checks.parse(JSON.parse(await readFile(join(folder, scenario, 'checks.json'), 'utf8')))
      return read.map((check) => ({ ...check, scenario }))
    }),
  )
  return found.flat()
}

/** Resolves when it has ended, whatever its verdict; that is read from its files. */
function runSuite(argv: readonly string[]): Promise<void> {
  const require = createRequire(import.meta.url)
  const manifest = require.resolve('@modelcontextprotocol/conformance/package.json')
  const child = spawn(process.execPath, [join(dirname(manifest), 'dist/index.js'), ...argv], { stdio: 'ignore' })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', () => resolve())
  })
}
