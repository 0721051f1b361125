import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { describeTool } from '../../tools/description.ts'
import { defineTool } from '../../tools/tool.ts'
import { openapiOf } from './openapi.ts'

interface Tree {
  readonly value: number
  readonly children: readonly Tree[]
}
const tree: z.ZodType<Tree> = z.lazy(() => z.strictObject({ value: z.number(), children: z.array(tree) }))

const growTree = defineTool({
  name: 'grow_tree',
  title: 'Grow a tree',
  description: 'Grows a tree from a seed tree, so that the document holds a schema that refers to itself.',
  input: z.strictObject({ seed: tree.describe('Where to start.'), depth: z.int().default(2).describe('Levels.') }),
  output: z.strictObject({ grown: tree.describe('The result.') }),
  effect: 'read',
  role: 'viewer',
  examples: [{ says: 'Grow a tree', input: { seed: { value: 1, children: [] } } }],
  run: async ({ seed }) => ({ content: 'Grown.', data: { grown: seed } }),
})

const document = openapiOf([describeTool(growTree)], { version: '1.2.3', url: 'http://127.0.0.1:7788' })

/** Every $ref in the document. */
function refsIn(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => (key === '$ref' && typeof inner === 'string' ? [inner] : refsIn(inner)))
}

function lookUp(ref: string): unknown {
  const keys = ref.slice(2).split('/')
  return keys.reduce<unknown>((inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined), document)
}

describe('the OpenAPI document', () => {
  it('refers only to places that it has, also from schemas that refer to themselves', () => {
    const refs = refsIn(document)
    expect(refs.some((ref) => ref.includes('grow_tree_input/'))).toBe(true)
    for (const ref of refs) expect(lookUp(ref), ref).toBeDefined()
  })

  it('has one path a tool with its input, output, examples and problems', () => {
    expect(document).toMatchObject({
      openapi: '3.1.1',
      info: { version: '1.2.3' },
      paths: {
        '/api/tools/grow_tree': {
          post: {
            operationId: 'grow_tree',
            summary: 'Grow a tree',
            requestBody: { content: { 'application/json': { examples: { example_1: { summary: 'Grow a tree' } } } } },
            responses: { 200: {}, 202: {}, default: { content: { 'application/problem+json': {} } } },
          },
        },
      },
    })
  })

  it('shows inputs as callers write them: fields with a default are optional', () => {
    expect(describeTool(growTree).input).toMatchObject({ required: ['seed'], additionalProperties: false })
  })
})
