// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references of pipelines look like template strings.
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { asFault } from '../../platform/fault.ts'
import { createCatalogue } from '../catalogue.ts'
import { defineTool } from '../tool.ts'
import { checkPipeline } from './check.ts'
import { pipelineSchema } from './spec.ts'

const tool = <I extends z.ZodType, O extends z.ZodType>(name: string, input: I, output: O) =>
  defineTool({
    name,
    title: name,
    description: 'Is never called; its schemas are what a pipeline is checked against.',
    input,
    output,
    effect: 'read',
    role: 'viewer',
    examples: [],
    run: () => Promise.reject(new Error('It is never called.')),
  })

const text = z.strictObject({ text: z.string().describe('A text.'), count: z.int().optional().describe('A number.') })
const catalogue = createCatalogue([
  tool('make_thing', text, text),
  tool(
    'load_file',
    z.strictObject({ source: z.string().describe('A file.'), name: z.string().describe('Its name.') }),
    z.object({ name: z.string(), version: z.int(), rows: z.array(z.object({ id: z.string() })) }),
  ),
])

const check = (steps: readonly object[]) => checkPipeline(pipelineSchema.parse({ name: 'p', steps }), catalogue)

function faultOf(steps: readonly object[]) {
  try {
    check(steps)
  } catch (error) {
    return asFault(error)
  }
  throw new Error('It should be refused.')
}

describe('a pipeline', () => {
  it.each<[string, object[], RegExp]>([
    [
      'a tool that does not exist',
      [{ id: 'a', tool: 'make_thin', input: {} }],
      /Step 'a' calls 'make_thin', which is no tool. Did you mean make_thing/,
    ],
    [
      'a field that does not exist',
      [{ id: 'a', tool: 'make_thing', input: { txt: 'x' } }],
      /make_thing has no field 'txt'; it has text, count/,
    ],
    [
      'a step that does not exist',
      [{ id: 'a', tool: 'make_thing', input: { text: '${steps.b.text}' } }],
      /refers to a step that is not there; there are a/,
    ],
    [
      'a parameter that is not declared',
      [{ id: 'a', tool: 'make_thing', input: { text: '${params.x}' } }],
      /parameter that is not declared/,
    ],
    [
      'a result field that does not exist',
      [
        { id: 'a', tool: 'load_file', input: { source: 'x', name: 'y' } },
        { id: 'b', tool: 'make_thing', input: { text: '${steps.a.nmae}' } },
      ],
      /load_file gives name, version, rows/,
    ],
    ['a broken reference', [{ id: 'a', tool: 'make_thing', input: { text: '${oops}' } }], /'\$\{oops\}' is not a reference/],
    [
      'two steps of one name',
      [
        { id: 'a', tool: 'make_thing', input: { text: 'x' } },
        { id: 'a', tool: 'make_thing', input: { text: 'y' } },
      ],
      /Two steps are called 'a'/,
    ],
    [
      'a circle',
      [
        { id: 'a', tool: 'make_thing', input: { text: '${steps.b.text}' } },
        { id: 'b', tool: 'make_thing', input: { text: 'x' }, needs: ['a'] },
      ],
      /The steps a, b wait for each other/,
    ],
    ['an unknown need', [{ id: 'a', tool: 'make_thing', input: { text: 'x' }, needs: ['z'] }], /there is no step 'z' to need/],
  ])('is refused with %s', (_, steps, message) => {
    const fault = faultOf(steps)
    expect(fault).toMatchObject({ code: 'invalid_input', message: expect.stringMatching(message) })
  })

  it('hears of every mistake at once, with its place', () => {
    const { errors } = faultOf([
      { id: 'a', tool: 'nothing', input: {} },
      { id: 'b', tool: 'make_thing', input: { txt: '${params.x}' } },
    ])
    expect(errors.map(({ path }) => path)).toEqual(['steps.0.tool', 'steps.1.input.txt', 'steps.1.input'])
  })

  it('keeps the order in which it was written where its references leave it free', () => {
    const make = (id: string, from?: string) => ({ id, tool: 'make_thing', input: { text: from ? `\${steps.${from}.text}` : 'x' } })
    expect(check([make('d', 'b'), make('a'), make('c'), make('b')]).map(({ id }) => id)).toEqual(['a', 'c', 'b', 'd'])
  })
})
