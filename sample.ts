/** The small workspace a first start finds: one data set and one handbook, so that the first question has an answer. */
import { join } from 'node:path'
import type { Caller } from './platform/caller.ts'
import type { Waist } from './tools/waist.ts'

export const sampleFolder = join(import.meta.dirname, 'examples/sample')

/** Does nothing where a workspace has been used before: the key of each call is kept with its effect. */
export async function seedSample({ platform, invoke }: Waist, workspace = 'default'): Promise<void> {
  const known = await platform.db.query('select 1 from idempotency where workspace = $1 and key like $2 limit 1', [workspace, 'sample:%'])
  if (known.rowCount > 0) return
  const caller: Caller = {
    id: 'system:sample',
    name: 'sample workspace',
    kind: 'automation',
    role: 'builder',
    workspace,
    channel: 'run',
  }
  const calls = [
    { tool: 'ingest_data', input: { source: join(sampleFolder, 'customers.csv'), name: 'customers' } },
    { tool: 'ingest_documents', input: { path: join(sampleFolder, 'handbook'), collection: 'handbook' } },
  ]
  for (const { tool, input } of calls) {
    try {
      await invoke({ tool, input, caller, idempotencyKey: `sample:${tool}` })
    } catch (error) {
      platform.log.warn({ error, tool }, 'The sample workspace could not be filled.')
    }
  }
}
