/** Reports as resources: what long readings found, such as evals and audits. A report is the kept result of a durable run that changed nothing. */

import { Fault } from '../platform/fault.ts'
import type { Run } from '../platform/runs/runs.ts'
import { isToolResult } from '../tools/context.ts'
import type { Tool } from '../tools/tool.ts'
import { jsonContents, pageOf, type Reader, type ResourceKind } from './resource-kind.ts'
import { mayCall } from './tool-listing.ts'
import { writeUri } from './uri-pattern.ts'

export const reportKind: ResourceKind = {
  name: 'report',
  title: 'Report',
  description: 'The result of an eval, an audit or another long reading that has ended, by the id of its run.',
  uri: 'millrace://report/{run}',
  mimeType: 'application/json',
  through: [],
  list: async (reader, page) => {
    const { page: shown, next } = pageOf(await reports(reader), ({ id }) => id, page)
    return {
      next,
      resources: shown.map(({ id, tool, endedAt }) => ({
        uri: writeUri(reportKind.uri, { run: id }),
        name: id,
        description: `What ${tool} found`,
        mimeType: reportKind.mimeType,
        ...(endedAt === null ? {} : { annotations: { lastModified: endedAt.toISOString() } }),
      })),
    }
  },
  read: async (reader, { run: id = '' }, uri) => {
    const { waist, caller } = reader.surface
    const run = await waist.platform.runs.get(id, caller.workspace)
    const tool = reporting(reader, run.tool)
    if (!tool || run.state !== 'succeeded' || !isToolResult(run.result) || !mayRead(reader, tool, run))
      throw new Fault('not_found', `There is no report '${id}'.`)
    const { content, data } = run.result
    return jsonContents(uri, { data: { run: id, tool: run.tool, input: run.input, summary: content, data }, untrusted: tool.untrusted })
  },
}

async function reports(reader: Reader): Promise<readonly Run[]> {
  const { waist, caller } = reader.surface
  const tools = waist.catalogue.list().filter(({ name }) => reporting(reader, name))
  const found = await Promise.all(
    tools.map(async (tool) => {
      const runs = await waist.platform.runs.list(caller.workspace, { tool: tool.name, state: 'succeeded', limit: 200 })
      return runs.filter((run) => mayRead(reader, tool, run))
    }),
  )
  return found.flat()
}

function reporting({ surface: { waist, caller } }: Reader, name: string): Tool | undefined {
  return waist.catalogue.list().find((tool) => tool.name === name && tool.durable && tool.effect === 'read' && mayCall(caller, tool))
}

/** What came out of a confidential tool is for whoever called it and for administrators. */
function mayRead({ surface: { caller } }: Reader, { confidential }: Tool, run: Run): boolean {
  return !confidential || run.caller.id === caller.id || caller.role === 'admin'
}
