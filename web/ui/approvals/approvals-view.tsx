/** The inbox: calls that wait for a person, and what was decided lately. */
import type { JSX } from 'react'
import { Notice } from '../frame/notice.tsx'
import { useResource } from '../resource.ts'
import { Page } from '../views/page.tsx'
import { ApprovalCard } from './approval-card.tsx'
import { listApprovals } from './approvals.ts'

export function ApprovalsView(): JSX.Element {
  const { value, problem, loading, reload } = useResource('approvals', (signal) => listApprovals(undefined, signal), ['approval', 'run'])
  const pending = value?.filter(({ state }) => state === 'pending') ?? []
  const past = value?.filter(({ state }) => state !== 'pending') ?? []
  return (
    <Page title="Approvals" about="Calls that change, send or delete something wait here until a person says yes.">
      {problem !== undefined && <Notice>{problem.message}</Notice>}
      {!loading && pending.length === 0 && problem === undefined && (
        <div className="empty">
          <h2>Nothing waits for you</h2>
          <p className="muted">When an agent wants to deploy, send or delete, its exact call appears here.</p>
        </div>
      )}
      <div className="stack">
        {pending.map((approval) => (
          <ApprovalCard key={approval.id} approval={approval} onDecided={reload} />
        ))}
      </div>
      {past.length > 0 && <h2 className="section-title">Decided</h2>}
      <div className="stack">
        {past.slice(0, 30).map((approval) => (
          <ApprovalCard key={approval.id} approval={approval} />
        ))}
      </div>
    </Page>
  )
}
