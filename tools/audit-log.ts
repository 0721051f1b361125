/** Who called what and when, from the audit log of this workspace. */
import { z } from 'zod'
import type { AuditRow } from '../platform/audit/audit.ts'
import { Fault } from '../platform/fault.ts'
import { defineTool } from './tool.ts'

const input = z.strictObject({
  since: z.iso
    .datetime({ offset: true })
    .or(z.iso.date())
    .optional()
    .describe('Only entries from this time on, ISO 8601: 2026-11-21 or 2026-11-21T08:00:00Z.'),
  actor: z.string().min(1).max(100).optional().describe('Only calls of this caller: its id ("token:ci") or its name.'),
  artifact: z.string().min(1).max(200).optional().describe('Only entries about this run, call or approval, or whose details name it.'),
  limit: z.int().min(1).max(1000).default(100).describe('At most so many, newest first.'),
})

/** How many rows are looked through for an artifact. */
const mostSearched = 10_000

export const auditLogTool = defineTool({
  name: 'audit_log',
  title: 'Audit log',
  description:
    'Lists who called which tool when, what it did to the world and how it ended, newest first; refused calls and decisions on approvals too. Use it for "who changed", "who approved" or "what happened since". Arguments are not kept, only their digest.',
  input,
  output: z.object({
    entries: z
      .array(
        z.object({
          seq: z.int().describe('Number of the entry; the chain counts without gaps over all workspaces.'),
          at: z.string().describe('When, ISO 8601.'),
          actor: z.string().describe('Id of the caller.'),
          kind: z.string().describe('person, agent or automation.'),
          channel: z.string().describe('Where the call came in.'),
          tool: z.string().describe('The tool.'),
          effect: z.string().describe('What the call does to the world.'),
          outcome: z.string().describe('ok, the code of the failure, or what became of an approval.'),
          call: z.string().describe('Id of the call or run.'),
          digest: z.string().describe('SHA-256 of tool and arguments.'),
          detail: z.record(z.string(), z.unknown()).describe('What else is known.'),
        }),
      )
      .describe('Newest first.'),
  }),
  effect: 'read',
  role: 'operator',
  untrusted: true,
  examples: [{ says: 'Show the last 20 entries of the audit log', input: { limit: 20 } }],
  run: async ({ since, actor, artifact, limit }, { caller, ports }) => {
    const { audit } = ports
    if (!audit) throw new Fault('internal', 'The audit log was asked for without its port.')
    await audit.flush()
    const rows = await audit.list(caller.workspace, {
      limit: artifact === undefined ? limit : mostSearched,
      ...(since === undefined ? {} : { since: new Date(since) }),
      ...(actor === undefined ? {} : { actor }),
    })
    const found = (artifact === undefined ? rows : rows.filter((row) => isAbout(row, artifact))).slice(0, limit)
    const entries = found.map(({ seq, at, caller: by, tool, effect, outcome, call, digest, detail = {} }) => {
      return { seq, at: at.toISOString(), actor: by.id, kind: by.kind, channel: by.channel, tool, effect, outcome, call, digest, detail }
    })
    const [newest] = entries
    const words = newest
      ? `${entries.length} entries; the newest: ${newest.actor} called ${newest.tool} at ${newest.at} (${newest.outcome}).`
      : 'No entry of the audit log fits.'
    return { content: words, data: { entries } }
  },
})

/** A call made inside a run is named after it: "run_1.train". */
function isAbout({ call, detail = {} }: AuditRow, artifact: string): boolean {
  return call === artifact || call.startsWith(`${artifact}.`) || Object.values(detail).some((value) => value === artifact)
}
