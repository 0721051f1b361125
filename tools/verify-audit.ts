/** Walks the hash chain of the audit log from its first row to its last. */
import { z } from 'zod'
import { Fault } from '../platform/fault.ts'
import { defineTool } from './tool.ts'

export const verifyAuditTool = defineTool({
  name: 'verify_audit',
  title: 'Verify the audit log',
  description:
    'Checks that no row of the audit log was changed, removed or inserted later, by walking its hash chain. Use it before the log is relied on; it reads every row, of all workspaces, and tells only how many there are.',
  input: z.strictObject({}),
  output: z.object({
    intact: z.boolean().describe('Every row follows from the one before.'),
    rows: z.int().describe('Rows that were checked.'),
    broken: z.int().nullable().describe('Number of the first row that does not follow; null when all do.'),
  }),
  effect: 'read',
  role: 'operator',
  durable: true,
  examples: [{ says: 'Has anybody changed the audit log?', input: {} }],
  run: async (_, { ports }) => {
    const { audit } = ports
    if (!audit) throw new Fault('internal', 'The audit log was asked for without its port.')
    await audit.flush()
    const { rows, broken } = await audit.verify()
    const words =
      broken === null
        ? `The audit log is intact: ${rows} rows follow from each other.`
        : `The audit log is broken at row ${broken}: it was changed, or the one before it removed, after it was written. Compare with a backup.`
    return { content: words, data: { intact: broken === null, rows, broken } }
  },
})
