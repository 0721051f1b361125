import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { allTools, createCatalogue } from '../tools/catalogue.ts'
import { describeTool } from '../tools/description.ts'
import { defineTool } from '../tools/tool.ts'
import { generateToolReference } from './docs.ts'

const tool = defineTool({
  name: 'sort_rows',
  title: 'Sort rows',
  description: 'Sorts the rows of a dataset by a column, ascending | descending; not for training.',
  input: z.strictObject({
    dataset: z.string().describe('The dataset.'),
    order: z.enum(['up', 'down']).default('up').describe('Which way.'),
    keys: z
      .array(z.strictObject({ column: z.string().describe('Column.') }))
      .optional()
      .describe('By what.'),
  }),
  output: z.object({ rows: z.int().describe('How many.') }),
  effect: 'create',
  role: 'builder',
  durable: true,
  examples: [{ says: 'Sort tides down', input: { dataset: 'tides', order: 'down' } }],
  run: async () => ({ content: '', data: { rows: 0 } }),
})

describe('the tool reference', () => {
  it('tells what a tool does, wants and gives', () => {
    const text = generateToolReference([describeTool(tool)])
    expect(text).toContain('**Adding**: [sort_rows](#sort_rows)')
    expect(text).toContain('Sorts the rows of a dataset by a column, ascending \\| descending')
    expect(text).toContain('Effect: create. Role: builder. Runs durably')
    expect(text).toContain('| `dataset` | string | The dataset. |')
    expect(text).toContain('| `order`? | `up` `down` | Which way. Default: `"up"`. |')
    expect(text).toContain('| `keys`? | object[] | By what. |\n| `keys[].column` | string | Column. |')
    expect(text).toContain('| `rows` | integer | How many. |')
    expect(text).toContain('# Sort tides down\nmillrace sort-rows --dataset tides --order down')
  })

  it('in docs/tools.md is what the catalogue says now (npm run docs makes it)', async () => {
    const written = await readFile(join(import.meta.dirname, '../docs/tools.md'), 'utf8')
    expect(written).toBe(generateToolReference(createCatalogue(allTools).list().map(describeTool)))
  })
})

describe('every tool of the catalogue', () => {
  it.each(allTools.map((each) => [each.name, describeTool(each)] as const))(
    '%s describes each field of its input and result',
    (_, described) => {
      const undescribed = [described.input, described.output].flatMap((schema) =>
        Object.entries(
          z
            .record(z.string(), z.looseObject({ description: z.string().optional() }))
            .catch({})
            .parse(schema.properties),
        )
          .filter(([, field]) => field.description === undefined)
          .map(([name]) => name),
      )
      expect(undescribed).toEqual([])
    },
  )

  it.each(allTools.map((each) => [each.name, each] as const))('%s has examples that its own schema accepts', (_, each) => {
    for (const { input } of each.examples) expect(() => each.bind(input)).not.toThrow()
  })
})
