/** The MCP server itself: one per connection or per request, all of its answers from the surface of whoever asks. */
import { type McpRequestContext, McpServer, type Server, type ServerContext } from '@modelcontextprotocol/server'
import { callParams } from './call-params.ts'
import { callTool } from './call-tool.ts'
import { tasksExtension } from './capabilities.ts'
import { addCompletion } from './completion.ts'
import { addPrompts } from './prompts.ts'
import { addResources } from './resources.ts'
import type { Surface } from './surface.ts'
import { addTasks } from './tasks.ts'
import { toolsFor } from './tool-listing.ts'

export interface ProtocolOptions {
  readonly version: string
  readonly era: McpRequestContext['era']
  /** Finds the surface of a request; over HTTP it depends on who sends it. */
  readonly surfaceOf: (context: ServerContext) => Surface
  /** Parameters that a tool wants repeated in headers (SEP-2243), by the tool's name. */
  readonly headerSchemas?: ReadonlyMap<string, Record<string, unknown>> | undefined
  readonly onerror?: (error: Error) => void
}

const instructions =
  'Millrace trains, serves and watches models on tables, and answers questions from documents with citations. ' +
  'Start with list_datasets or list_collections to see what is there. A tool that changes what is live answers that a person must approve it: ' +
  'tell the person where, and do not call it again.'

/** Roles may change, and foreign tools come and go: a client that does not listen looks again after a minute. */
const private60 = { ttlMs: 60_000, cacheScope: 'private' as const }
const private0 = { ttlMs: 0, cacheScope: 'private' as const }

export function createProtocol({ version, era, surfaceOf, headerSchemas, onerror }: ProtocolOptions): McpServer {
  const mcp = new McpServer(
    { name: 'millrace', title: 'Millrace', version },
    {
      capabilities: {
        tools: { listChanged: true },
        resources: { listChanged: true, subscribe: true },
        prompts: { listChanged: true },
        completions: {},
        logging: {},
        ...(era === 'modern' ? { extensions: { [tasksExtension]: {} } } : {}),
      },
      instructions,
      cacheHints: {
        'tools/list': private60,
        'prompts/list': private60,
        'resources/templates/list': private60,
        'resources/list': private0,
        'resources/read': private0,
      },
      requestState: { verify: (state, context) => openState(surfaceOf(context), state, context) },
      // Of a 2025 client, that is asked again as often while a person makes up their mind.
      inputRequired: { maxRounds: 50, roundTimeoutMs: 10 * 60_000 },
    },
  )
  // The entry checks headers before anything runs; tools without such parameters cost it nothing.
  mcp.toolInputSchemaJson = (name) => headerSchemas?.get(name)
  if (onerror) mcp.server.onerror = onerror
  addTools(mcp.server, surfaceOf)
  addResources(mcp.server, surfaceOf)
  addPrompts(mcp.server, surfaceOf)
  addCompletion(mcp.server, surfaceOf)
  if (era === 'modern') addTasks(mcp.server, surfaceOf)
  return mcp
}

function addTools(server: Server, surfaceOf: ProtocolOptions['surfaceOf']): void {
  server.setRequestHandler('tools/list', async (_request, context) => ({ tools: await toolsFor(surfaceOf(context)) }))
  server.setRequestHandler('tools/call', { params: callParams }, async ({ name, arguments: args }, context) => {
    const answer = await callTool({ surface: surfaceOf(context), server, context, name, args })
    return 'taskId' in answer ? { ...answer, content: [] } : answer
  })
}

/** Our own state is the id of a run, which is looked up with its caller; everything else must have been sealed by a profile. */
async function openState({ profile }: Surface, state: string, context: ServerContext): Promise<unknown> {
  if (/^run_\w+$/.test(state)) return state
  if (profile) return profile.openState(state, context)
  throw new Error('The state was not made here.')
}
