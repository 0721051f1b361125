/** A run and an approval as clients see them. */
import type { Approval } from '../../platform/approvals/approvals.ts'
import type { Caller } from '../../platform/caller.ts'
import type { Run } from '../../platform/runs/runs.ts'

type Named = Pick<Caller, 'id' | 'name' | 'kind'>
type RunView = Omit<Run, 'caller' | 'origins' | 'workspace'> & { readonly caller: Named }

/** Without the origins, which belong to approvals. */
export function runView({ caller, origins: _, workspace: __, ...run }: Run): RunView {
  return { ...run, caller: named(caller) }
}

type ApprovalView = Omit<Approval, 'workspace' | 'askedBy' | 'decidedBy'> & {
  readonly askedBy: Named
  readonly decidedBy: Named | null
}

export function approvalView({ askedBy, decidedBy, workspace: _, ...approval }: Approval): ApprovalView {
  return { ...approval, askedBy: named(askedBy), decidedBy: decidedBy === null ? null : named(decidedBy) }
}

function named({ id, name, kind }: Caller): Named {
  return { id, name, kind }
}
