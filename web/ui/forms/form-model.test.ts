/** Schemas as zod writes them, turned into fields and back into input. */
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { draftOf, readDraft } from './draft.ts'
import { type Field, formOf, variantName } from './form-model.ts'

const input = z.strictObject({
  dataset: z.string().describe('Name of the dataset.'),
  target: z.string().describe('Column to predict.'),
  algorithm: z.enum(['auto', 'linear', 'tree']).default('auto').describe('Family.'),
  folds: z.int().min(2).max(20).optional().describe('Cross-validation folds.'),
  test_size: z.number().gt(0).lt(1).optional().describe('Share held out.'),
  shuffle: z.boolean().optional().describe('Shuffle first.'),
  columns: z.array(z.string()).optional().describe('Columns to use.'),
  params: z
    .record(z.string(), z.union([z.number(), z.string(), z.boolean()]))
    .optional()
    .describe('Parameters.'),
  window: z
    .strictObject({ from: z.string().describe('Start.'), days: z.int().describe('Days.') })
    .optional()
    .describe('A window.'),
  note: z.string().nullable().optional().describe('A note.'),
  at: z
    .union([z.string(), z.array(z.string())])
    .optional()
    .describe('One or many.'),
  level: z
    .union([z.literal(1), z.literal(2)])
    .optional()
    .describe('Level.'),
})
const form = formOf(z.toJSONSchema(input, { io: 'input' }))

function field(key: string): Field {
  const found = form.kind === 'group' ? form.fields.find((inner) => inner.key === key) : undefined
  if (found === undefined) throw new Error(`no field ${key}`)
  return found
}

describe('a form from a schema', () => {
  it('puts required fields first and knows each kind', () => {
    const kinds = form.kind === 'group' ? form.fields.map((inner) => [inner.key, inner.kind, inner.required]) : []
    expect(kinds).toEqual([
      ['dataset', 'text', true],
      ['target', 'text', true],
      ['algorithm', 'select', false],
      ['folds', 'number', false],
      ['test_size', 'number', false],
      ['shuffle', 'boolean', false],
      ['columns', 'list', false],
      ['params', 'pairs', false],
      ['window', 'group', false],
      ['note', 'text', false],
      ['at', 'choice', false],
      ['level', 'select', false],
    ])
    expect(field('dataset').description).toBe('Name of the dataset.')
    expect(field('algorithm').preset).toBe('auto')
    expect(field('folds')).toMatchObject({ integer: true, min: 2, max: 20 })
  })

  it('gives back every input it was filled with', () => {
    const known = {
      dataset: 'churn',
      target: 'left',
      algorithm: 'tree',
      folds: 5,
      test_size: 0.25,
      shuffle: false,
      columns: ['age', 'plan'],
      params: { depth: 4, criterion: 'gini', code: '007' },
      window: { from: '2026-01-01', days: 7 },
      note: 'first try',
      at: ['a', 'b'],
      level: 2,
    }
    const reading = readDraft(form, draftOf(form, known))
    expect(reading).toEqual({ value: known, errors: [] })
    expect(input.safeParse(reading.value).success).toBe(true)
  })

  it('leaves out what nobody filled in, and says what is needed', () => {
    const reading = readDraft(form, draftOf(form, undefined))
    expect(reading.value).toEqual({})
    expect(reading.errors.map(({ path }) => path)).toEqual(['dataset', 'target'])
  })

  it('names the nested field that is wrong by its dotted path', () => {
    const draft = draftOf(form, { dataset: 'd', target: 't', folds: 1, window: { from: 'x' } })
    expect(readDraft(form, draft).errors).toEqual([
      { path: 'folds', message: '1 is below 2, the least allowed.' },
      { path: 'window.days', message: 'Days is needed.' },
    ])
  })

  it('reads pairs as numbers, flags and text, and quoted numbers as text', () => {
    const record = field('params')
    const pairs = ['3.5', 'true', '"3"', 'abc', '007'].map((text, i) => ({ name: `k${i}`, text }))
    expect(readDraft(record, { kind: 'pairs', pairs }).value).toEqual({ k0: 3.5, k1: true, k2: '3', k3: 'abc', k4: '007' })
  })

  it('survives schemas it cannot draw', () => {
    const loop = { $ref: '#/$defs/a', $defs: { a: { $ref: '#/$defs/a' } } }
    expect(formOf(loop).kind).toBe('json')
    expect(formOf(undefined).kind).toBe('json')
    expect(formOf({ type: 'object' })).toMatchObject({ kind: 'group', fields: [] })
    const tree = z.toJSONSchema(
      z.object({
        node: z.object({
          get children() {
            return z.array(tree0)
          },
        }),
      }),
    )
    expect(formOf(tree).kind).toBe('group')
  })

  it('keeps the names of a record that has no values yet, and sends them as missing', () => {
    const record = field('params')
    const draft = draftOf(record, { age: null, plan: null })
    expect(draft).toEqual({
      kind: 'pairs',
      pairs: [
        { name: 'age', text: '' },
        { name: 'plan', text: '' },
      ],
    })
    expect(readDraft(record, draft).value).toEqual({ age: null, plan: null })
  })

  it('knows the variants of a step by their fixed value, which nobody has to type', () => {
    const step = z.union([
      z.strictObject({ step: z.literal('drop_columns').describe('Kind.'), columns: z.array(z.string()).describe('Columns.') }),
      z.strictObject({ step: z.literal('rename').describe('Kind.'), from: z.string().describe('Old.'), to: z.string().describe('New.') }),
    ])
    const steps = formOf(z.toJSONSchema(z.object({ steps: z.array(step).describe('Steps.') })))
    const known = {
      steps: [
        { step: 'rename', from: 'a', to: 'b' },
        { step: 'drop_columns', columns: ['c'] },
      ],
    }
    expect(readDraft(steps, draftOf(steps, known))).toEqual({ value: known, errors: [] })
    const item = steps.kind === 'group' && steps.fields[0]?.kind === 'list' ? steps.fields[0].item : undefined
    expect(item?.kind === 'choice' && item.variants.map(variantName)).toEqual(['Drop columns', 'Rename'])
  })

  it('refuses JSON that does not parse', () => {
    const free = formOf({})
    expect(readDraft(free, { kind: 'text', text: '{"a": ' }).errors).toHaveLength(1)
    expect(readDraft(free, { kind: 'text', text: '{"a": [1]}' }).value).toEqual({ a: [1] })
  })
})

const tree0: z.ZodType = z.object({
  get children() {
    return z.array(tree0)
  },
})
