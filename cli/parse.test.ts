import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { describeTool } from '../tools/description.ts'
import { defineTool } from '../tools/tool.ts'
import { parseToolCommand } from './parse.ts'

const step = z.strictObject({ op: z.string().describe('What.'), column: z.string().optional().describe('Where.') })

const tool = describeTool(
  defineTool({
    name: 'try_flags',
    title: 'Try flags',
    description: 'Has a field of every kind that tools have; for tests of how flags become values.',
    input: z.strictObject({
      dataset: z.string().describe('A name.'),
      target: z.string().describe('A column.'),
      test_size: z.number().optional().describe('A share.'),
      trials: z.int().default(10).describe('How many.'),
      algorithm: z.enum(['tree', 'logistic']).optional().describe('Which.'),
      keep_all: z.boolean().default(false).describe('Keep.'),
      columns: z.array(z.string()).optional().describe('Some columns.'),
      weights: z.array(z.number()).optional().describe('Numbers.'),
      steps: z.array(step).optional().describe('Steps.'),
      params: z
        .record(z.string(), z.union([z.number(), z.string(), z.boolean()]))
        .optional()
        .describe('Parameters.'),
      split: z
        .strictObject({ by: z.string().describe('Column.'), parts: z.int().describe('How many.') })
        .optional()
        .describe('Split.'),
      value: z.union([z.string(), z.number(), z.boolean(), z.null()]).optional().describe('Any simple value.'),
      free: z.json().optional().describe('Any JSON.'),
      settings: z.record(z.string(), z.json()).optional().describe('Any settings.'),
      record: z.unknown().optional().describe('Anything.'),
    }),
    output: z.object({}),
    effect: 'read',
    role: 'viewer',
    examples: [],
    run: async () => ({ content: '', data: {} }),
  }),
)

const single = describeTool(
  defineTool({
    name: 'ask_one',
    title: 'Ask one',
    description: 'Has one required field, which may be given without its flag; for tests of positionals.',
    input: z.strictObject({ question: z.string().describe('What.'), top_k: z.int().default(3).describe('How many.') }),
    output: z.object({}),
    effect: 'read',
    role: 'viewer',
    examples: [],
    run: async () => ({ content: '', data: {} }),
  }),
)

const noFile = async (file: string): Promise<string> => {
  throw new Error(`no ${file}`)
}
const inputOf = async (...argv: readonly string[]) => (await parseToolCommand(tool, argv, noFile)).input

describe('flags', () => {
  it.each<[string, readonly string[], unknown]>([
    ['kebab names', ['--test-size', '0.2'], { test_size: 0.2 }],
    ['snake names', ['--test_size', '0.2'], { test_size: 0.2 }],
    ['a value tied by =', ['--test-size=.5', '--dataset=a=b'], { test_size: 0.5, dataset: 'a=b' }],
    ['negative numbers', ['--test-size', '-1e-3', '--value', '-.5'], { test_size: -0.001, value: -0.5 }],
    ['text that looks like a number where text is wanted', ['--dataset', '007', '--target', 'true'], { dataset: '007', target: 'true' }],
    ['booleans', ['--keep-all'], { keep_all: true }],
    ['negated booleans', ['--no-keep-all'], { keep_all: false }],
    ['spelt-out booleans', ['--keep-all', 'false'], { keep_all: false }],
    ['spelt-out booleans tied by =', ['--keep_all=true'], { keep_all: true }],
    ['lists by commas', ['--columns', 'a, b,c'], { columns: ['a', 'b', 'c'] }],
    ['lists by repetition', ['--columns', 'a', '--columns', 'b'], { columns: ['a', 'b'] }],
    ['lists as JSON', ['--columns', '["a,b","c"]'], { columns: ['a,b', 'c'] }],
    ['lists of numbers', ['--weights', '1,-2.5'], { weights: [1, -2.5] }],
    ['objects as JSON', ['--params', '{"rate":0.1,"deep":{"er":[1]}}'], { params: { rate: 0.1, deep: { er: [1] } } }],
    [
      'objects as key=value',
      ['--params', 'rate=0.1,kind=fast', '--params', 'early=true'],
      { params: { rate: 0.1, kind: 'fast', early: true } },
    ],
    ['objects whose fields have types', ['--split', 'by=7,parts=7'], { split: { by: '7', parts: 7 } }],
    [
      'a list of objects',
      ['--steps', 'op=drop,column=a', '--steps', '{"op":"impute"}'],
      { steps: [{ op: 'drop', column: 'a' }, { op: 'impute' }] },
    ],
    ['a list of objects as JSON', ['--steps', '[{"op":"drop"}]'], { steps: [{ op: 'drop' }] }],
    ['the simplest reading of a union', ['--value', '3'], { value: 3 }],
    ['null in a union', ['--value', 'null'], { value: null }],
    ['quoted text in a union', ['--value', '"3"'], { value: '3' }],
    ['text in a union', ['--value', 'yes'], { value: 'yes' }],
    ['anything as JSON', ['--record', '{"age":40}'], { record: { age: 40 } }],
    ['any JSON as JSON', ['--free', '[1,{"a":null}]'], { free: [1, { a: null }] }],
    ['any JSON as text, commas and all', ['--free', 'a, b'], { free: 'a, b' }],
    ['settings of any kind', ['--settings', 'rate=0.1,name=x,deep=[1]'], { settings: { rate: 0.1, name: 'x', deep: [1] } }],
    ['anything as text', ['--record', 'forty'], { record: 'forty' }],
    ['what is not a number as text, for invoke to judge', ['--trials', 'many'], { trials: 'many' }],
    ['unknown flags as unknown fields, for invoke to judge', ['--colour', 'red', '--loud'], { colour: 'red', loud: true }],
    ['an empty text', ['--dataset', ''], { dataset: '' }],
  ])('read %s', async (_, argv, expected) => {
    expect(await inputOf(...argv)).toEqual(expected)
  })

  it('see --json and --help anywhere', async () => {
    expect(await parseToolCommand(tool, ['--json', '--dataset', 'x', '-h'], noFile)).toEqual({
      input: { dataset: 'x' },
      json: true,
      help: true,
    })
  })

  it('name a flag whose value is missing', async () => {
    await expect(inputOf('--dataset')).rejects.toThrow(/'--dataset <value>' argument missing. See millrace try-flags --help/)
  })

  it('name JSON that cannot be read', async () => {
    await expect(inputOf('--params', '{rate:1}')).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining("'{rate:1}'") })
  })
})

describe('a whole input', () => {
  const fileOf = (text: string) => async () => text
  it('comes from a file, and flags come on top', async () => {
    const { input } = await parseToolCommand(tool, ['--input', 'x.json', '--trials', '5'], fileOf('{"dataset":"a","trials":3}'))
    expect(input).toEqual({ dataset: 'a', trials: 5 })
  })

  it('comes from standard input', async () => {
    expect((await parseToolCommand(tool, ['--input', '-'], async (file) => `{"dataset":"${file}"}`)).input).toEqual({ dataset: '-' })
  })

  it.each(['[1]', '"x"', '{', ''])('must be a JSON object, not %j', async (text) => {
    await expect(parseToolCommand(tool, ['--input', 'x.json'], fileOf(text))).rejects.toMatchObject({ code: 'usage' })
  })
})

describe('words without a flag', () => {
  it('are the one required field', async () => {
    expect((await parseToolCommand(single, ['why?', '--top-k', '2'], noFile)).input).toEqual({ question: 'why?', top_k: 2 })
  })

  it('are refused when there are more of them', async () => {
    await expect(parseToolCommand(single, ['why', 'not'], noFile)).rejects.toThrow(/Put 'why not' in quotes/)
  })

  it('are refused where it is not clear which field they are', async () => {
    await expect(inputOf('iris')).rejects.toThrow(/does not know what 'iris' is. Name the field it is for, for example --dataset iris/)
  })

  it('may begin with a dash after --', async () => {
    expect((await parseToolCommand(single, ['--', '--why'], noFile)).input).toEqual({ question: '--why' })
  })
})
