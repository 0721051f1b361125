/** A catalogue written in short ({tool: {description, args: {name: "string!"}}}) as the planner's tools. */
import { z } from 'zod'
import type { PlannerTool } from '../agents/planner/contract.ts'
import { Fault } from '../platform/fault.ts'

const shortCatalogue = z.record(
  z.string(),
  z.object({
    description: z.string(),
    args: z.record(z.string(), z.string()).default({}),
    /** The name that requests expect this tool under. */
    instead_of: z.string().optional(),
  }),
)

/** "string!" is required; "enum(a,b)", "string[]", "object", "integer", "number", "boolean"; other words are strings described so. */
export function toolsFromShort(raw: unknown): readonly PlannerTool[] {
  const parsed = shortCatalogue.safeParse(raw)
  if (!parsed.success)
    throw new Fault('invalid_input', `The tools file is not {tool: {description, args}}: ${parsed.error.issues[0]?.message ?? ''}.`)
  return Object.entries(parsed.data).map(([name, { description, args }]) => ({
    name,
    title: '',
    description,
    examples: [],
    input: {
      type: 'object',
      properties: Object.fromEntries(Object.entries(args).map(([argument, type]) => [argument, schemaOf(type.replace(/!$/u, ''))])),
      required: Object.entries(args).flatMap(([argument, type]) => (type.endsWith('!') ? [argument] : [])),
    },
  }))
}

/** expected name -> the name it has in this catalogue, for tools that stand for others. */
export function standIns(raw: unknown): ReadonlyMap<string, string> {
  const tools = Object.entries(shortCatalogue.safeParse(raw).data ?? {})
  return new Map(tools.flatMap(([name, { instead_of: expected }]) => (expected === undefined ? [] : [[expected, name] as const])))
}

function schemaOf(type: string): Readonly<Record<string, unknown>> {
  const list = /^(.*)\[\]$/u.exec(type)
  if (list) return { type: 'array', items: schemaOf(list[1] ?? '') }
  const choices = /^enum\((.*)\)$/u.exec(type)
  if (choices) return { type: 'string', enum: (choices[1] ?? '').split(',').map((choice) => choice.trim()) }
  const plain = ['string', 'number', 'integer', 'boolean', 'object'].find((known) => known === type)
  return plain ? { type: plain } : { type: 'string', description: type }
}
