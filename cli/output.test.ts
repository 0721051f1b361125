import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { describeTool } from '../tools/description.ts'
import { defineTool } from '../tools/tool.ts'
import { asCommand, generalHelp, toolHelp } from './help.ts'
import { humanOutput, progressLine } from './output.ts'
import { parseToolCommand } from './parse.ts'

describe('a result for people', () => {
  it('is its sentence, then its data as tables', () => {
    const data = {
      run: 'run_1',
      metrics: { accuracy: 0.912345678, rows: 150 },
      folds: [
        { fold: 1, accuracy: 0.9 },
        { fold: 2, accuracy: null },
      ],
    }
    expect(humanOutput({ content: 'Trained.', data }, 80)).toBe(
      [
        'Trained.',
        '',
        'run  run_1',
        '',
        'metrics:',
        'accuracy  0.91235',
        'rows          150',
        '',
        'folds:',
        'fold  accuracy',
        '   1       0.9',
        '   2         -',
        '',
      ].join('\n'),
    )
  })

  it('shows the first rows of a long list and says how many are left', () => {
    const text = humanOutput({ content: 'Found.', data: { rows: Array.from({ length: 50 }, (_, row) => [row, 'x']) } }, 80)
    expect(text).toContain('19  x')
    expect(text).not.toContain('20  x')
    expect(text).toContain('… 30 more rows')
  })

  it('cannot steer the terminal', () => {
    const text = humanOutput({ content: 'evil \u001b[2J\u001b]0;x\u0007', data: { rows: [{ cell: '\u001b[31mred\u009b1m' }] } }, 80)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there.
    expect(text).not.toMatch(/[\u001b\u0007\u009b]/)
  })

  it('keeps lines within the width', () => {
    const rows = [{ name: 'a'.repeat(300), note: 'b'.repeat(300) }]
    for (const line of humanOutput({ content: '', data: { rows } }, 80).split('\n')) expect(line.length).toBeLessThanOrEqual(80)
  })
})

describe('progress', () => {
  it('is one line with its share, cut to the width', () => {
    expect(progressLine({ fraction: 0.5, message: 'fold 3 of 5' }, 80)).toBe('\r\u001b[K██████████░░░░░░░░░░  50 % fold 3 of 5')
    expect(progressLine({ message: 'x'.repeat(200) }, 40)).toHaveLength(4 + 39)
  })
})

const tool = describeTool(
  defineTool({
    name: 'split_rows',
    title: 'Split rows',
    description: 'Splits a dataset in two by chance; use it before training, not for time series.',
    input: z.strictObject({
      dataset: z.string().describe('The dataset to split.'),
      test_size: z.number().default(0.2).describe('Share of the rows for testing, 0 to 1.'),
      by: z.enum(['chance', 'time']).optional().describe('How.'),
      columns: z.array(z.string()).optional().describe('Kept columns.'),
      shuffle: z.boolean().default(true).describe('Shuffle first.'),
      params: z.record(z.string(), z.unknown()).optional().describe('More.'),
    }),
    output: z.object({ train: z.string().describe('Its name.') }),
    effect: 'create',
    role: 'builder',
    examples: [
      {
        says: "Split Anna's rows",
        input: { dataset: "anna's rows", test_size: 0.3, columns: ['a', 'b'], shuffle: true, params: { deep: [1, 2] } },
      },
    ],
    run: async () => ({ content: '', data: { train: 'x' } }),
  }),
)

describe('help', () => {
  it("tells a tool's words, flags, defaults and choices", () => {
    const text = toolHelp(tool)
    expect(text).toContain('millrace split-rows DATASET [--flags]')
    expect(text.replaceAll(/\s+/g, ' ')).toContain('Splits a dataset in two by chance; use it before training, not for time series.')
    expect(text).toMatch(/--test-size NUMBER +Share of the rows for testing, 0 to 1. Default: 0.2./)
    expect(text).toMatch(/--by chance\|time +How./)
    expect(text).toMatch(/--dataset TEXT +The dataset to split. Required./)
  })

  it('shows examples that mean what the example means', async () => {
    const [example] = tool.examples
    const command = asCommand(tool.name, example?.input)
    expect(toolHelp(tool)).toContain(command)
    const words = (command.match(/'(?:[^']|'\\'')*'|\S+/g) ?? []).map((word) =>
      word.startsWith("'") ? word.slice(1, -1).replaceAll("'\\''", "'") : word,
    )
    const { input } = await parseToolCommand(tool, words.slice(2), async () => '')
    expect(input).toEqual(example?.input)
  })

  it('groups the tools by what they do to the world', () => {
    const text = generalHelp([tool])
    expect(text).toMatch(/Tools that add something new:\n {2}split-rows +Split rows/)
    expect(text).toMatch(/serve +start the studio/)
    expect(text).not.toContain('Tools that remove')
  })
})
