/** What an open task waits for from the person at the client: an approval, as a link to its page. */
import type { InputRequest } from '@modelcontextprotocol/server'
import type { Run } from '../platform/runs/runs.ts'
import { approvalKey, approvalLink } from './approval-link.ts'
import type { Surface } from './surface.ts'
import { isOpen } from './task-view.ts'

export function questionsOf({ approvals, profile }: Surface, run: Run): Readonly<Record<string, InputRequest>> {
  if (!isOpen(run.state)) return {}
  const link =
    run.state === 'waiting' && run.approval !== null ? approvalLink(approvals, { tool: run.tool, approval: run.approval }) : undefined
  return { ...(link ? { [approvalKey]: link } : {}), ...profile?.questions.pending(run.id) }
}
