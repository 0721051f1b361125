/** Tool: which foreign MCP servers are joined, and what of theirs is withheld until a person has looked at it. */
import { z } from 'zod'
import { defineTool } from './tool.ts'

const toolSchema = z.strictObject({
  tool: z.string().describe('What it is called here.'),
  name: z.string().describe('What the server calls it.'),
  state: z
    .enum(['joined', 'changed', 'new'])
    .describe('joined: callable. changed: not what was accepted. new: came after the first join. The last two are withheld.'),
  hash: z.string().describe('SHA-256 of its name, words, schemas and annotations as the server lists them now.'),
  description: z.string().describe('What the server says of it now. Words of a foreign server.'),
  accepted: z
    .strictObject({ hash: z.string().describe('Of what was accepted.'), description: z.string().describe('What it said then.') })
    .optional()
    .describe('For a changed tool: what was accepted.'),
})

const serverSchema = z.strictObject({
  server: z.string().describe('Name in the file of MCP servers.'),
  transport: z.enum(['stdio', 'http']).describe('How it is reached.'),
  state: z.enum(['joined', 'withheld', 'unavailable']).describe('withheld: some of its tools wait for trust_mcp_server.'),
  hash: z.string().describe('SHA-256 over all that it offers now; trust_mcp_server takes it.'),
  trouble: z.string().optional().describe('Why it cannot be used.'),
  tools: z.array(toolSchema).describe('What it offers.'),
})

export const listMcpServersTool = defineTool({
  name: 'list_mcp_servers',
  title: 'List MCP servers',
  description:
    'Lists the foreign MCP servers whose tools joined this installation, whether they answer, and which of their tools are withheld because ' +
    'they changed after they were accepted. Use it when a foreign tool is missing, or before trust_mcp_server. Not for the tools of Millrace itself.',
  input: z.strictObject({}),
  output: z.strictObject({ servers: z.array(serverSchema).describe('All of the file, joined or not.') }),
  effect: 'read',
  role: 'builder',
  untrusted: true,
  examples: [{ says: 'Which foreign MCP servers are connected?', input: {} }],
  run: async (_, { ports }) => {
    const servers = (ports.foreignServers?.list() ?? []).map(({ tools, ...server }) => ({
      ...server,
      tools: tools.map((tool) => ({ ...tool })),
    }))
    const withheld = servers.flatMap(({ tools }) => tools.filter(({ state }) => state !== 'joined')).length
    const words = servers.map(({ server, state, tools }) => `${server}: ${state}, ${tools.length} tools`)
    const hint = withheld > 0 ? ` ${withheld} of their tools are withheld; an administrator may accept them with trust_mcp_server.` : ''
    const content =
      servers.length === 0
        ? 'No foreign MCP servers are configured (MILLRACE_MCP_SERVERS names their file).'
        : `${words.join('; ')}.${hint}`
    return { content, data: { servers } }
  },
})
