/** What an MCP server of ours serves: the tools of this process, or those of a running server that it passes on. */
import type { CallToolResult, Tool as McpTool } from '@modelcontextprotocol/server'
import type { Progress } from '../tools/tool.ts'

export interface ToolCall {
  readonly name: string
  readonly input: unknown
  /** Cancels the call, a durable run too. */
  readonly signal: AbortSignal
  readonly onProgress: (progress: Progress) => void
}

export interface ToolService {
  list(): Promise<McpTool[]>
  /** A call that fails is a result with `isError`; throws a ProtocolError for a tool that does not exist. */
  call(call: ToolCall): Promise<CallToolResult>
}
