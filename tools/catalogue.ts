/** The tools of this installation. A new one is a file beside this one and a line here. */
import { Fault } from '../platform/fault.ts'
import { nearest } from '../platform/nearest.ts'
import { ingestDataTool } from './ingest-data.ts'
import { ingestDocumentsTool } from './ingest-documents.ts'
import type { Catalogue } from './invocation.ts'
import { listDatasetsTool } from './list-datasets.ts'
import { profileDataTool } from './profile-data.ts'
import { searchDocumentsTool } from './search-documents.ts'
import type { Tool } from './tool.ts'

export const allTools: readonly Tool[] = [ingestDataTool, ingestDocumentsTool, listDatasetsTool, profileDataTool, searchDocumentsTool]

/** Throws when two tools share a name. */
export function createCatalogue(tools: readonly Tool[] = allTools): Catalogue {
  const byName = new Map(tools.map((tool) => [tool.name, tool]))
  if (byName.size < tools.length) throw new Error('Two tools share a name.')
  const sorted = [...tools].sort((left, right) => left.name.localeCompare(right.name))
  return {
    list: () => sorted,
    get: (name) => {
      const tool = byName.get(name.replaceAll('-', '_'))
      if (tool) return tool
      const near = nearest(name.replaceAll('-', '_'), [...byName.keys()])
      const hint = near.length > 0 ? `Did you mean ${near.join(', ')}?` : 'List the tools with GET /api/tools or millrace --help.'
      throw new Fault('not_found', `There is no tool '${name.slice(0, 80)}'. ${hint}`)
    },
  }
}
