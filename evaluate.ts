/** What a suite is given: a Millrace of its own, the chat over it with the configured model, and the sample data. */
import type { Config } from './config.ts'
import type { SuiteRequest } from './evals/suites.ts'
import type { Waist } from './tools/waist.ts'

type Told = Pick<SuiteRequest, 'flags' | 'signal' | 'onProgress'>

/** `waist` is a scratch one: suites write into it. */
export function suiteRequest(config: Config, waist: Waist, told: Told): Omit<SuiteRequest, 'journal'> {
  return {
    ...told,
    waist,
    caller: { ...waist.platform.identity.owner('terminal'), channel: 'eval' },
    chat: async () => {
      const { createOrchestrator } = await import('./agents/orchestrator.ts')
      return createOrchestrator({ waist, model: config.model })
    },
    sample: async (workspace) => {
      const { seedSample } = await import('./sample.ts')
      await seedSample(waist, workspace)
    },
  }
}
