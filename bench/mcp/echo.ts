/** An echo, as a tool of ours and as a tool of the MCP SDK alone. */
import { McpServer } from '@modelcontextprotocol/server'
import { z } from 'zod'
import { defineTool, type Tool } from '../../tools/tool.ts'

const input = { text: z.string().describe('What to say again.') }
const output = z.object({ text: z.string().describe('The same.') })

/** Ours; each with the same schemas under a name of its own. */
export const echoTool = (name = 'echo'): Tool =>
  defineTool({
    name,
    title: 'Echo',
    description: 'Says again what it is told; a measure of what a call costs by itself.',
    input: z.strictObject(input),
    output,
    effect: 'read',
    role: 'viewer',
    examples: [],
    run: async ({ text }) => ({ content: text, data: { text } }),
  })

/** As the SDK's own examples write it. */
export function bareServer(): McpServer {
  const server = new McpServer({ name: 'bare', version: '1' }, { capabilities: { tools: {} } })
  server.registerTool(
    'echo',
    { description: 'Says again what it is told.', inputSchema: z.object(input), outputSchema: output },
    async ({ text }) => ({
      content: [{ type: 'text', text }],
      structuredContent: { text },
    }),
  )
  return server
}
