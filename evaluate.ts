/** What a suite is given: a Millrace of its own, the chat over it with the configured model, and the sample data. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Config } from './config.ts'
import type { Scratch } from './evals/injection.ts'
import type { SuiteRequest } from './evals/suites.ts'
import { Fault } from './platform/fault.ts'
import type { Waist } from './tools/waist.ts'

type Told = Pick<SuiteRequest, 'flags' | 'signal' | 'onProgress'> & Partial<Pick<SuiteRequest, 'scratch'>>

/** `waist` is a scratch one: suites write into it. */
export function suiteRequest(config: Config, waist: Waist, told: Told): Omit<SuiteRequest, 'journal'> {
  return {
    scratch: () => Promise.reject(new Fault('unavailable', 'This suite was given no way to open another Millrace.')),
    ...told,
    waist,
    caller: { ...waist.platform.identity.owner('terminal'), channel: 'eval' },
    chat: async () => {
      const { createOrchestrator } = await import('./agents/orchestrator.ts')
      return createOrchestrator({ waist, model: config.model, ...config.agents })
    },
    sample: async (workspace) => {
      const { seedSample } = await import('./sample.ts')
      await seedSample(waist, workspace)
    },
  }
}

type InScratch = <T>(
  config: Config,
  roots: readonly (string | undefined)[],
  work: (waist: Waist) => Promise<T>,
  agents: Partial<Config['agents']>,
) => Promise<T>

/** Another Millrace for a suite, its policy and its foreign servers read from files as an operator writes them. */
export function scratchOf(config: Config, inScratch: InScratch): Scratch {
  return async ({ policy, mcpServers, roots }, work) => {
    const folder = await mkdtemp(join(tmpdir(), 'millrace-scratch-'))
    try {
      const [policyFile, mcpServersFile] = [join(folder, 'policy.json'), join(folder, 'mcp.json')]
      await writeFile(policyFile, JSON.stringify(policy))
      await writeFile(mcpServersFile, JSON.stringify({ mcpServers }))
      return await inScratch(config, roots, work, { policyFile, mcpServersFile })
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }
}
