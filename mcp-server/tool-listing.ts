/** A tool of the catalogue as MCP lists it: the same words and schemas, and its effect as hints for the client. */
import type { Tool as McpTool } from '@modelcontextprotocol/server'
import { describeTool, type JsonSchema } from '../tools/description.ts'
import type { Effect, Tool } from '../tools/tool.ts'

type Annotations = NonNullable<McpTool['annotations']>

/** What a call answers when a person must decide first; part of the output schema of every tool that may have to ask. */
const pendingSchema: JsonSchema = {
  type: 'object',
  description: 'The call waits until a person approves or rejects it.',
  properties: {
    state: { const: 'waiting', description: 'Nothing has happened yet.' },
    approval: { type: 'string', description: 'Id of the approval that a person must decide.' },
    run: { type: 'string', description: 'Id of the run that starts once it is approved.' },
  },
  required: ['state', 'approval', 'run'],
  additionalProperties: false,
}

const hints: Readonly<Record<Effect, Annotations>> = {
  read: { readOnlyHint: true, openWorldHint: false },
  create: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: false },
  change: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
  egress: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: true },
  delete: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
}

const made = new WeakMap<Tool, McpTool>()

/** Made once a tool. */
export function listing(tool: Tool): McpTool {
  const known = made.get(tool)
  if (known !== undefined) return known
  const { name, title, description, input, output } = describeTool(tool)
  const mayWait = tool.effect !== 'read' || tool.effectVaries
  const listed: McpTool = {
    name,
    title,
    description,
    inputSchema: { ...input, type: 'object' },
    ...(output.type === 'object' ? { outputSchema: mayWait ? orPending(output) : { ...output, type: 'object' } } : {}),
    annotations: { title, ...hints[tool.effect], ...(tool.effectVaries ? { readOnlyHint: false, openWorldHint: true } : {}) },
  }
  made.set(tool, listed)
  return listed
}

/** Shared definitions move to the root, where their references look for them. */
function orPending({ $defs, ...output }: JsonSchema): NonNullable<McpTool['outputSchema']> {
  return { type: 'object', anyOf: [output, pendingSchema], ...($defs === undefined ? {} : { $defs }) }
}
