/** The catalogue of this process as MCP tools: every call goes through `invoke`, as an agent. */
import { type CallToolResult, ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server'
import { type Caller, hasRole } from '../platform/caller.ts'
import { asFault, type Fault } from '../platform/fault.ts'
import type { Outcome } from '../tools/invocation.ts'
import type { Tool } from '../tools/tool.ts'
import type { Waist } from '../tools/waist.ts'
import { listing } from './tool-listing.ts'
import type { ToolCall, ToolService } from './tool-service.ts'

export interface LocalToolsOptions {
  readonly waist: Waist
  readonly caller: Caller
  /** Where people decide approvals, for the sentence of a call that waits: "http://127.0.0.1:7788" or how to start it. */
  readonly decideAt: string
}

/** A caller sees the tools its role may call. */
export function localTools(options: LocalToolsOptions): ToolService {
  const { waist, caller } = options
  return {
    list: async () =>
      waist.catalogue
        .list()
        .filter(({ role }) => hasRole(caller, role))
        .map(listing),
    call: async (call) => {
      const tool = toolNamed(waist, call.name)
      try {
        return resultOf(tool, await invoke(options, tool, call), options)
      } catch (error) {
        return failure(asFault(error))
      }
    },
  }
}

function toolNamed(waist: Waist, name: string): Tool {
  try {
    return waist.catalogue.get(name)
  } catch (error) {
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, asFault(error).message)
  }
}

function invoke({ waist, caller }: LocalToolsOptions, tool: Tool, { input, signal, onProgress }: ToolCall): Promise<Outcome> {
  return waist.invoke({ tool: tool.name, input, caller, signal, onProgress })
}

function resultOf(tool: Tool, outcome: Outcome, { decideAt }: LocalToolsOptions): CallToolResult {
  switch (outcome.kind) {
    case 'done':
      return { content: texts(outcome.content, outcome.data), ...structured(outcome.data) }
    case 'waiting': {
      const { approval, run } = outcome
      const words = `${tool.name} has not run: a person must approve it first. Approval ${approval} waits at ${decideAt}; run ${run} starts once it is given.`
      return { content: texts(words), structuredContent: { state: 'waiting', approval, run } }
    }
    case 'running':
      return { isError: true, content: texts(`${tool.name} is still running as run ${outcome.run}. Look at that run for its result.`) }
  }
}

/** The same sentence as on every surface; the code and the fields travel beside it, outside of the tool's output schema. */
function failure({ code, message, errors }: Fault): CallToolResult {
  return { isError: true, content: texts(message), _meta: { 'millrace/fault': { code, errors } } }
}

/** Clients that know no structured content read the data as JSON text, where it is short enough for a model. */
const longest = 16_000

function texts(sentence: string, data?: unknown): CallToolResult['content'] {
  const json = data === undefined ? '' : JSON.stringify(data)
  const content: CallToolResult['content'] = [{ type: 'text', text: sentence }]
  if (json.length > 2 && json.length <= longest) content.push({ type: 'text', text: json, annotations: { audience: ['assistant'] } })
  return content
}

/** As JSON will carry it: dates become text before the client's schema sees them. */
function structured(data: unknown): Pick<CallToolResult, 'structuredContent'> {
  const plain: unknown = JSON.parse(JSON.stringify(data ?? {}))
  return typeof plain === 'object' && plain !== null && !Array.isArray(plain) ? { structuredContent: { ...plain } } : {}
}
