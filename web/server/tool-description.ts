/** A tool in words and JSON Schema, for the page's forms, for clients and for OpenAPI. Made once a tool: schemas never change. */
import { z } from 'zod'
import type { Tool } from '../../tools/tool.ts'

type JsonSchema = Readonly<Record<string, unknown>>

export interface ToolDescription {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly effect: string
  readonly role: string
  /** Runs as a durable run; a call that outlasts its wait answers 202 with the run's id. */
  readonly durable: boolean
  readonly input: JsonSchema
  readonly output: JsonSchema
  readonly examples: readonly { readonly says: string; readonly input: unknown }[]
}

const made = new WeakMap<Tool, ToolDescription>()

export function describeTool(tool: Tool): ToolDescription {
  const known = made.get(tool)
  if (known !== undefined) return known
  const { name, title, description, effect, role, durable, examples } = tool
  const described: ToolDescription = {
    name,
    title,
    description,
    effect,
    role,
    durable,
    input: schemaOf(tool.input, 'input'),
    output: schemaOf(tool.output, 'output'),
    examples: examples.map(({ says, input }) => ({ says, input })),
  }
  made.set(tool, described)
  return described
}

/** JSON Schema 2020-12; what Zod checks but JSON Schema cannot say (a refinement) is left to the answer's problem details. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const { $schema: _, ...body } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  return body
}
