/** One call that waits for a person: exactly what would run, where each argument came from, why it asks; yes or no. */
import { type JSX, useState } from 'react'
import { Problem } from '../api.ts'
import { catalogue, effectWords, titleOf } from '../catalogue.ts'
import { brief } from '../format.ts'
import { Icon } from '../frame/icon.tsx'
import { Notice } from '../frame/notice.tsx'
import { useStore } from '../store.ts'
import { visible } from '../visible.ts'
import { type Approval, decide } from './approvals.ts'
import { type Argument, argumentsOf } from './arguments.ts'

interface Props {
  readonly approval: Approval
  readonly onDecided?: (decision: 'approve' | 'reject') => void
}

export function ApprovalCard({ approval, onDecided }: Props): JSX.Element {
  const tool = useStore(catalogue).find(({ name }) => name === approval.tool)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState('')
  const effect = tool?.effect ?? 'change'
  const title = tool?.title ?? titleOf(approval.tool)

  const answer = async (decision: 'approve' | 'reject'): Promise<void> => {
    setBusy(true)
    setProblem('')
    try {
      await decide(approval.id, decision)
      onDecided?.(decision)
    } catch (error) {
      setProblem(error instanceof Problem ? error.message : 'The decision could not be sent. Try again.')
    } finally {
      setBusy(false)
    }
  }
  if (approval.state !== 'pending') return <Settled approval={approval} title={title} />
  return (
    <article className="approval" data-effect={effect} data-state={approval.state} aria-label={`Approval: ${title}`}>
      <header className="approval-head">
        <Icon name="approvals" />
        <div>
          <strong>{title}</strong>
          <p className="small muted">{visible(approval.reason)}</p>
        </div>
        <span className="effect">{effectWords[effect].title}</span>
      </header>
      <Warning list={argumentsOf(approval.input, approval.origins)} />
      <Arguments list={argumentsOf(approval.input, approval.origins)} />
      {problem !== '' && <Notice>{problem}</Notice>}
      <footer className="actions">
        <button type="button" className="button primary" disabled={busy} onClick={() => void answer('approve')}>
          Approve
        </button>
        <button type="button" className="button danger" disabled={busy} onClick={() => void answer('reject')}>
          Reject
        </button>
        <span className="muted small approval-note">
          {approval.askedBy === undefined
            ? 'Runs once, with exactly these arguments.'
            : `Asked by ${approval.askedBy}. Runs once, with exactly these arguments.`}
          {approval.expiresAt !== undefined && ` Expires ${brief(approval.expiresAt)}.`}
        </span>
      </footer>
    </article>
  )
}

/** Once decided, one line is enough; what it was about stays a click away. */
function Settled({ approval, title }: { readonly approval: Approval; readonly title: string }): JSX.Element {
  return (
    <details className="settled">
      <summary>
        <span className={stateTone[approval.state] ?? 'badge'}>{stateWords[approval.state] ?? approval.state}</span>
        <strong>{title}</strong>
        <span className="tool-brief">
          {argumentsOf(approval.input, undefined)
            .map(({ value }) => visible(brief(value)))
            .join(' · ')}
        </span>
        <Icon name="down" size={15} />
      </summary>
      <p className="small muted">{approval.reason}</p>
      <Arguments list={argumentsOf(approval.input, approval.origins)} />
    </details>
  )
}

/** Said before the table: what came from text that nobody here wrote is what a person must look at. */
function Warning({ list }: { readonly list: readonly Argument[] }): JSX.Element | null {
  const untrusted = list.filter(({ trusted }) => !trusted)
  if (untrusted.length === 0) return null
  const asked = untrusted.some(({ path }) => path === '')
  return (
    <p className="notice warn">
      <Icon name="warning" size={16} />
      <span>
        {asked ? 'Text that you did not write led to this call.' : 'Some of these values come from text that you did not write.'} Read what
        is marked before you approve.
      </span>
    </p>
  )
}

const stateWords: Readonly<Record<string, string>> = {
  approved: 'Approved',
  used: 'Approved and done',
  rejected: 'Rejected',
  expired: 'Expired',
}
const stateTone: Readonly<Record<string, string>> = { approved: 'badge good', used: 'badge good', rejected: 'badge bad' }

function Arguments({ list }: { readonly list: readonly Argument[] }): JSX.Element {
  if (list.length === 0) return <p className="small muted">No arguments.</p>
  return (
    <div className="table-scroll">
      <table className="arguments">
        <thead>
          <tr>
            <th scope="col">Argument</th>
            <th scope="col">Value</th>
            <th scope="col">Came from</th>
          </tr>
        </thead>
        <tbody>
          {list.map(({ path, value, source, trusted }) => (
            <tr key={path} data-trusted={trusted}>
              <th scope="row">{path === '' ? 'The call itself' : visible(path)}</th>
              <td>
                {path === '' ? (
                  <span className="muted">the decision to make it</span>
                ) : (
                  <code>{visible(typeof value === 'string' ? value : JSON.stringify(value))}</code>
                )}
              </td>
              <td>
                <span className={trusted ? 'badge' : 'badge warn'}>
                  {!trusted && <Icon name="warning" size={12} />}
                  {visible(source)}
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
