/** A run and an approval as clients see them. */
import type { Approval } from '../../platform/approvals/approvals.ts'
import type { Caller } from '../../platform/caller.ts'
import type { Run } from '../../platform/runs/runs.ts'
import type { ServerContext } from './context.ts'

type Named = Pick<Caller, 'id' | 'name' | 'kind'>
type RunView = Omit<Run, 'caller' | 'origins' | 'workspace'> & { readonly caller: Named }

/** Without the origins, which belong to approvals. */
function runView({ caller, origins: _, workspace: __, ...run }: Run): RunView {
  return { ...run, caller: named(caller) }
}

/** What `viewer` may see of runs: of a confidential tool somebody else called, not what went in and came out. */
export function runViewFor({ waist }: Pick<ServerContext, 'waist'>, viewer: Caller): (run: Run) => RunView {
  const confidential = new Set(waist.catalogue.list().flatMap((tool) => (tool.confidential ? tool.name : [])))
  const own = (run: Run): boolean => run.caller.id === viewer.id || viewer.role === 'admin'
  return (run) => (confidential.has(run.tool) && !own(run) ? { ...runView(run), input: null, result: null } : runView(run))
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
