/** Runs an eval suite: numbers that say how good a part of this installation is, on given data. */
import { z } from 'zod'
import { Fault } from '../platform/fault.ts'
import { defineTool } from './tool.ts'

export const runEvalTool = defineTool({
  name: 'run_eval',
  title: 'Run an eval suite',
  description:
    'Measures how good search, answers, models, drift detection or the planner are, on a suite of cases with known answers. Use it to compare versions or settings by numbers; not to train or to check live traffic (check_drift does that).',
  input: z.strictObject({
    suite: z
      .string()
      .regex(/^[a-z][a-z0-9_-]{0,39}$/, 'the name of a suite')
      .describe('Suite: retrieval, answers, tabular, drift or planner.'),
    data: z.string().min(1).max(1000).optional().describe('Folder with the cases; the suite says which files.'),
    model: z.string().min(1).max(200).optional().describe('Model or setting to measure, where the suite has a choice.'),
  }),
  output: z.object({
    suite: z.string().describe('The suite.'),
    metrics: z.record(z.string(), z.unknown()).describe('Its numbers.'),
    cases: z.array(z.unknown()).describe('Each case and how it went, where the suite tells.'),
    verdict: z.string().describe('One sentence.'),
  }),
  effect: 'read',
  role: 'builder',
  durable: true,
  untrusted: true,
  examples: [],
  run: async ({ suite, data, model }, { ports, signal, file }) => {
    if (!ports.evals) throw new Fault('unavailable', 'This process cannot run evals. Use millrace eval, or ask the server.')
    const { metrics, cases, verdict } = await ports.evals.run({
      suite,
      signal,
      ...(data === undefined ? {} : { data: await file(data) }),
      ...(model === undefined ? {} : { model }),
    })
    return { content: `${suite}: ${verdict}`, data: { suite, metrics, cases: [...cases], verdict } }
  },
})
