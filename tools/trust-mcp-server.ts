/** Tool: a person accepts what a foreign MCP server offers now, by the hash of exactly what they looked at. */
import { z } from 'zod'
import { Fault } from '../platform/fault.ts'
import { defineTool } from './tool.ts'

export const trustMcpServerTool = defineTool({
  name: 'trust_mcp_server',
  title: 'Trust an MCP server',
  description:
    'Accepts tools of a foreign MCP server that are withheld because they are new or were changed, so that they can be called again. ' +
    'Give the hash that list_mcp_servers shows, of the server for all of them or of one tool. For administrators who have read what changed.',
  input: z.strictObject({
    server: z.string().min(1).max(100).describe('Name of the server, as list_mcp_servers shows it.'),
    hash: z
      .string()
      .regex(/^[0-9a-f]{64}$/, 'expected the 64 hexadecimal digits that list_mcp_servers shows')
      .describe('Of the server (everything withheld) or of one withheld tool.'),
  }),
  output: z.strictObject({
    server: z.string().describe('Name of the server.'),
    accepted: z.array(z.string()).describe('The tools accepted, by the names the server gives them.'),
  }),
  effect: 'change',
  role: 'admin',
  callers: ['person'],
  examples: [],
  run: async ({ server, hash }, context) => {
    const { caller, ports } = context
    const { foreignServers } = ports
    if (!foreignServers) throw new Fault('not_found', `There is no MCP server '${server}': MILLRACE_MCP_SERVERS names no file.`)
    if (caller.workspace !== 'default')
      throw new Fault(
        'not_allowed',
        "MCP servers belong to the installation, so an administrator of the workspace 'default' decides on them.",
      )
    const result = await context.commit(async (tx) => {
      const accepted = [...(await foreignServers.accept(tx, { server, hash, by: caller.id }))]
      return { content: `Accepted ${accepted.join(', ')} of MCP server ${server}.`, data: { server, accepted } }
    })
    await foreignServers.refresh(server)
    return result
  },
})
