/** Makes a fixture that speaks with the client itself. */
import type { CallToolResult, Tool as McpTool } from '@modelcontextprotocol/server'
import type { DirectTool } from '../profile.ts'

type InputSchema = McpTool['inputSchema']

const nothing: InputSchema = { type: 'object', properties: {}, additionalProperties: false }

export function direct(name: string, description: string, call: DirectTool['call'], inputSchema: InputSchema = nothing): DirectTool {
  return { listing: { name, description, inputSchema }, call }
}

export const say = (text: string): CallToolResult => ({ content: [{ type: 'text', text }] })
