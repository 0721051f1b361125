/** Fixtures that are tools like any other: called through `invoke`, the long ones as durable runs. */
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { Fault } from '../../platform/fault.ts'
import { defineTool, type Tool } from '../../tools/tool.ts'
import { askFor } from './forms.ts'
import type { FixtureQuestions } from './questions.ts'

const nothing = z.strictObject({})
const empty = z.object({})
const base = { effect: 'read', role: 'viewer', examples: [] } as const

export function catalogueTools(questions: FixtureQuestions): readonly Tool[] {
  return [...shortTools, ...longTools, ...askingTools(questions)]
}

const shortTools = [
  defineTool({
    ...base,
    name: 'greet',
    title: 'Greet',
    description: 'Greets somebody by name; a fixture for calls that end at once.',
    input: z.strictObject({ name: z.string().describe('Whom to greet.') }),
    output: empty,
    run: async ({ name }) => ({ content: `Hello, ${name}!`, data: {} }),
  }),
  defineTool({
    ...base,
    name: 'test_simple_text',
    title: 'Simple text',
    description: 'Answers with one text; a fixture for the simplest result.',
    input: nothing,
    output: empty,
    run: async () => ({ content: 'This is a simple text response for testing.', data: {} }),
  }),
  defineTool({
    ...base,
    name: 'test_error_handling',
    title: 'Error handling',
    description: 'Always fails in the ordinary way; a fixture for results that are errors.',
    input: nothing,
    output: empty,
    run: async () => {
      throw new Fault('conflict', 'This tool intentionally returns an error for testing')
    },
  }),
  defineTool({
    ...base,
    name: 'test_tool_with_progress',
    title: 'Progress',
    description: 'Tells its progress in three steps; a fixture for progress notifications.',
    input: nothing,
    output: empty,
    run: async (_input, { progress, signal }) => {
      for (const fraction of [0, 0.5, 1]) {
        progress({ fraction, message: `Completed step ${fraction * 100} of 100` })
        await sleep(20, undefined, { signal })
      }
      return { content: 'All steps are done.', data: {} }
    },
  }),
]

const longTools = [
  defineTool({
    ...base,
    name: 'slow_compute',
    title: 'Slow computation',
    description: 'Takes as many seconds as it is told; a fixture for tasks and their cancellation.',
    input: z.strictObject({
      seconds: z.number().min(0).max(600).default(1).describe('How long, in seconds.'),
      label: z.string().optional().describe('Repeated in the result.'),
    }),
    output: empty,
    durable: true,
    run: async ({ seconds, label = '' }, { signal }) => {
      await sleep(seconds * 1000, undefined, { signal })
      return { content: `Computed ${label} for ${seconds} seconds.`, data: {} }
    },
  }),
  defineTool({
    ...base,
    name: 'failing_job',
    title: 'Failing job',
    description: 'Fails after a second in the ordinary way; a fixture for tasks whose result is an error.',
    input: nothing,
    output: empty,
    durable: true,
    run: async (_input, { signal }) => {
      await sleep(1000, undefined, { signal })
      throw new Fault('conflict', 'This job always fails.')
    },
  }),
  defineTool({
    ...base,
    name: 'protocol_error_job',
    title: 'Broken job',
    description: 'Breaks in a way nobody foresaw; a fixture for tasks that fail.',
    input: nothing,
    output: empty,
    durable: true,
    run: async () => {
      throw new Error('This job is broken on purpose.')
    },
  }),
  defineTool({
    ...base,
    name: 'named_job',
    title: 'Named job',
    description: 'Works for a moment for somebody and greets them; a fixture for what follows a question.',
    input: z.strictObject({ name: z.string().describe('For whom.') }),
    output: empty,
    durable: true,
    run: async ({ name }, { signal }) => {
      await sleep(200, undefined, { signal })
      return { content: `Hello, ${name}!`, data: {} }
    },
  }),
]

const askingTools = (questions: FixtureQuestions): readonly Tool[] => [
  defineTool({
    ...base,
    name: 'confirm_delete',
    title: 'Confirm a deletion',
    description: 'Asks whether a file may be deleted and deletes nothing; a fixture for tasks that ask.',
    input: z.strictObject({ filename: z.string().describe('Name of the file.') }),
    output: empty,
    durable: true,
    run: async ({ filename }, { call, signal }) => {
      await questions.ask(call, { confirm: askFor(`Delete ${filename}?`, { confirm: { type: 'boolean' } }) }, signal)
      return { content: `${filename} was left alone.`, data: {} }
    },
  }),
  defineTool({
    ...base,
    name: 'multi_input',
    title: 'Two questions',
    description: 'Asks two things at once; a fixture for tasks that are answered bit by bit.',
    input: nothing,
    output: empty,
    durable: true,
    run: async (_input, { call, signal }) => {
      const name = { name: { type: 'string' } } as const
      const answers = await questions.ask(call, { first: askFor('First name?', name), second: askFor('Second name?', name) }, signal)
      return { content: `Heard ${Object.keys(answers).join(' and ')}.`, data: {} }
    },
  }),
]
