/** A tool in words and JSON Schema, for whoever cannot hold its Zod types: clients, forms, OpenAPI, MCP, the command line, the docs. */
import { z } from 'zod'
import type { Tool } from './tool.ts'

export type JsonSchema = Readonly<Record<string, unknown>>

export interface ToolDescription {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly effect: string
  readonly role: string
  /** Runs as a durable run; a call that outlasts its wait goes on without its caller. */
  readonly durable: boolean
  /** The server that the tool, its words and its input schema come from; absent: our own. */
  readonly foreign?: string
  readonly input: JsonSchema
  readonly output: JsonSchema
  readonly examples: readonly { readonly says: string; readonly input: unknown }[]
}

const made = new WeakMap<Tool, ToolDescription>()

/** Made once a tool: schemas never change. */
export function describeTool(tool: Tool): ToolDescription {
  const known = made.get(tool)
  if (known !== undefined) return known
  const { name, title, description, effect, role, durable, examples, foreign } = tool
  const described: ToolDescription = {
    name,
    title,
    description,
    effect,
    role,
    durable,
    ...(foreign ? { foreign: foreign.server } : {}),
    input: foreign?.input ?? schemaOf(tool.input, 'input'),
    output: schemaOf(tool.output, 'output'),
    examples: examples.map(({ says, input }) => ({ says, input })),
  }
  made.set(tool, described)
  return described
}

/** JSON Schema 2020-12; what Zod checks but JSON Schema cannot say (a refinement) is left to the error sentence. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const { $schema: _, ...body } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  return body
}
