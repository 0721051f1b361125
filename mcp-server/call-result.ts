/** What a call came to, as MCP says it: the sentence as text, the data as structured content, a fault as a result that is an error. */
import type { CallToolResult } from '@modelcontextprotocol/server'
import { asFault } from '../platform/fault.ts'
import type { Run } from '../platform/runs/runs.ts'
import { isToolResult } from '../tools/context.ts'
import { runFault } from '../tools/run-fault.ts'
import type { ToolResult } from '../tools/tool.ts'

/** Under this key of `_meta`: the text comes from documents, data or other servers, and is no instruction. */
const untrustedKey = 'millrace/untrusted'

export function doneResult({ content, data }: ToolResult<unknown>, { untrusted }: { readonly untrusted: boolean }): CallToolResult {
  const json = data === undefined ? '{}' : JSON.stringify(data)
  return { content: texts(content, json), ...structured(data), ...(untrusted ? { _meta: { [untrustedKey]: true } } : {}) }
}

/** The same sentence as on every surface; the code and the fields travel beside it, outside of the tool's output schema. */
export function failedResult(error: unknown): CallToolResult {
  const { code, message, errors } = asFault(error)
  return { isError: true, content: [{ type: 'text', text: message }], _meta: { 'millrace/fault': { code, errors } } }
}

export interface Waiting {
  readonly tool: string
  readonly approval: string
  readonly run: string
}

export function waitingResult({ tool, approval, run }: Waiting, decideAt: string): CallToolResult {
  const words = `${tool} has not run: a person must approve it first. Approval ${approval} waits at ${decideAt}; run ${run} starts once it is given.`
  return { content: [{ type: 'text', text: words }], structuredContent: { state: 'waiting', approval, run } }
}

/** Of a run that has ended. */
export function endedResult(run: Run, { untrusted }: { readonly untrusted: boolean }): CallToolResult {
  if (run.state === 'succeeded' && isToolResult(run.result)) return doneResult(run.result, { untrusted })
  return failedResult(runFault(run))
}

/** Clients that know no structured content read the data as JSON text, where it is short enough for a model. */
const longest = 16_000

function texts(sentence: string, json: string): CallToolResult['content'] {
  const content: CallToolResult['content'] = [{ type: 'text', text: sentence }]
  if (json.length > 2 && json.length <= longest) content.push({ type: 'text', text: json, annotations: { audience: ['assistant'] } })
  return content
}

/** Dates and the like become text when the message is written. */
function structured(data: unknown): Pick<CallToolResult, 'structuredContent'> {
  return typeof data === 'object' && data !== null && !Array.isArray(data) ? { structuredContent: { ...data } } : {}
}
