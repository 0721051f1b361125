/** One entry of a conversation, drawn by its kind. */
import { type JSX, memo } from 'react'
import { ApprovalCard } from '../approvals/approval-card.tsx'
import { useApproval } from '../approvals/approvals.ts'
import { Notice } from '../frame/notice.tsx'
import { visible } from '../visible.ts'
import { ClarifyCard } from './clarify-card.tsx'
import { decided } from './conversations.ts'
import type { ApprovalEntry, Decision, Entry } from './entries.ts'
import { Markdown } from './markdown.tsx'
import { PlanCard } from './plan-card.tsx'
import { Handover, Reasoning } from './reasoning.tsx'
import { ToolCard } from './tool-card.tsx'

interface Props {
  readonly entry: Entry
  readonly thread: string
  /** It is the last one, and the turn goes on. */
  readonly live: boolean
  /** Said under the last words of a turn. */
  readonly mark: string | undefined
  /** A question back can be answered only while it is the last thing said. */
  readonly answerable: boolean
  /** The person's words, when the turn failed and they may be sent once more. */
  readonly again: string | undefined
  readonly onAsk: (text: string) => void
}

/** Drawn again only when its own entry changes: a stream adds to the last one many times a second. */
export const EntryView = memo(({ entry, thread, live, mark, answerable, again, onAsk }: Props): JSX.Element => {
  switch (entry.kind) {
    case 'user':
      return (
        <article className="said-user">
          <span className="sr-only">You said: </span>
          {visible(entry.text)}
        </article>
      )
    case 'assistant':
      return (
        <article className="said-assistant">
          <span className="sr-only">Millrace said: </span>
          <Markdown text={entry.text} />
          {mark !== undefined && <p className="mark">{mark}</p>}
        </article>
      )
    case 'reasoning':
      return <Reasoning text={entry.text} live={live} />
    case 'agent':
      return <Handover name={entry.name} />
    case 'plan':
      return <PlanCard content={entry.content} />
    case 'call':
      return <ToolCard call={entry} />
    case 'approval':
      return <PendingCard entry={entry} thread={thread} />
    case 'clarify':
      return <ClarifyCard entry={entry} answerable={answerable} onAsk={onAsk} />
    case 'failure':
      return (
        <Notice>
          {visible(entry.message)}
          {again !== undefined && (
            <button type="button" className="button small again" onClick={() => onAsk(again)}>
              Ask again
            </button>
          )}
        </Notice>
      )
  }
})

/** The card in the conversation; the origins of its arguments come from the approval's record. */
function PendingCard({ entry, thread }: { readonly entry: ApprovalEntry; readonly thread: string }): JSX.Element {
  const record = useApproval(entry.approval)
  const approval = {
    id: entry.approval,
    run: record?.run ?? '',
    tool: entry.tool,
    input: record?.input ?? entry.input,
    reason: record?.reason ?? entry.reason,
    origins: record?.origins ?? entry.origins,
    expiresAt: record?.expiresAt,
    askedBy: undefined,
    state: entry.decision === undefined ? (record?.state ?? 'pending') : entry.decision === 'approve' ? 'approved' : 'rejected',
  }
  const onDecided = (decision: Decision): void => {
    // The pressed button is gone with its card: the conversation goes on in the message field.
    document.getElementById('message')?.focus()
    void decided(thread, entry.approval, decision)
  }
  return <ApprovalCard approval={approval} onDecided={onDecided} />
}
