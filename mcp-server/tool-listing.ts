/** A tool of the catalogue as MCP lists it: the same words and schemas, its effect as hints, and a digest by which a client pins it. */
import type { Tool as McpTool } from '@modelcontextprotocol/server'
import { type Caller, hasRole } from '../platform/caller.ts'
import { digestOf } from '../platform/canonical.ts'
import { describeTool, type JsonSchema } from '../tools/description.ts'
import { markListed } from '../tools/listed-words.ts'
import type { Effect, Tool } from '../tools/tool.ts'
import type { Surface } from './surface.ts'

type Annotations = NonNullable<McpTool['annotations']>

/** Under this key of `_meta`: SHA-256 of the canonical JSON of name, description, inputSchema and outputSchema. */
const digestKey = 'millrace/sha256'

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

/** What `caller` may call, a profile's tools included. */
export async function toolsFor({ waist, caller, profile }: Pick<Surface, 'waist' | 'caller' | 'profile'>): Promise<McpTool[]> {
  const own = waist.catalogue.list().filter((tool) => mayCall(caller, tool))
  await markListed(waist, caller, own)
  return [...own.map(listing), ...(profile?.tools.map((tool) => tool.listing) ?? [])]
}

/** As `invoke` will judge it; that a tool is listed gives no right to call it. */
export function mayCall(caller: Caller, { name, role, callers }: Tool): boolean {
  return hasRole(caller, role) && (caller.tools?.includes(name) ?? true) && (callers?.includes(caller.kind) ?? true)
}

const made = new WeakMap<Tool, McpTool>()

/** Made once a tool. */
function listing(tool: Tool): McpTool {
  const known = made.get(tool)
  if (known !== undefined) return known
  const { name, title, description, input, output } = describeTool(tool)
  const mayWait = tool.effect !== 'read' || tool.effectVaries
  const words = {
    name,
    description,
    inputSchema: { ...input, type: 'object' as const },
    ...(output.type === 'object' ? { outputSchema: mayWait ? orPending(output) : { ...output, type: 'object' as const } } : {}),
  }
  const listed: McpTool = {
    ...words,
    title,
    annotations: { title, ...hints[tool.effect], ...(tool.effectVaries ? { readOnlyHint: false, openWorldHint: true } : {}) },
    _meta: { [digestKey]: digestOf(words) },
  }
  made.set(tool, listed)
  return listed
}

/** Shared definitions move to the root, where their references look for them. */
function orPending({ $defs, ...output }: JsonSchema): NonNullable<McpTool['outputSchema']> {
  return { type: 'object', anyOf: [output, pendingSchema], ...($defs === undefined ? {} : { $defs }) }
}
