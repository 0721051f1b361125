/** A tool call in the conversation: what runs, with which arguments, how far it is, and its result. */
import type { JSX } from 'react'
import { catalogue, titleOf } from '../catalogue.ts'
import { brief, label, number } from '../format.ts'
import { Icon } from '../frame/icon.tsx'
import { isRecord, textAt } from '../json.ts'
import { Result, Values } from '../results/result.tsx'
import { hrefOf } from '../router.ts'
import { useStore } from '../store.ts'
import { visible } from '../visible.ts'
import { type CallEntry, inputOf } from './entries.ts'

export function ToolCard({ call }: { readonly call: CallEntry }): JSX.Element {
  const tool = useStore(catalogue).find(({ name }) => name === call.tool)
  const input = inputOf(call)
  const entries = isRecord(input) ? Object.entries(input) : []
  const working = call.phase === 'arguments' || call.phase === 'running'
  return (
    <article className="tool-card" data-effect={tool?.effect ?? 'read'} data-phase={call.phase}>
      <details open={call.phase !== 'waiting'}>
        <summary className="tool-head">
          <Status phase={call.phase} />
          <strong>{visible(tool?.title ?? titleOf(call.tool))}</strong>
          <span className="tool-brief">
            {entries
              .slice(0, 4)
              .map(([, value]) => visible(brief(value)))
              .join(' · ')}
          </span>
          <Icon name="down" size={15} />
        </summary>
        <div className="tool-body">
          {working && <Bar progress={call.progress} />}
          {call.phase === 'failed' && call.text !== undefined && <p className="tool-failed">{visible(call.text)}</p>}
          {call.phase === 'succeeded' && call.data === undefined && <p className="small">{visible(call.text ?? '')}</p>}
          <Result data={call.data} compact={true} collection={textAt(input, 'collection')} />
          <details className="more">
            <summary>
              <Icon name="down" size={13} />
              Details
            </summary>
            <div className="call-detail">
              <Values entries={[['tool', call.tool], ...entries.map(([key, value]) => [key, value] as const)]} />
              {tool !== undefined && (
                <a className="small" href={hrefOf('tools', call.tool, { input: JSON.stringify(input ?? {}) })}>
                  Open as a form
                </a>
              )}
              {call.run !== undefined && (
                <a className="small" href={hrefOf('runs', call.run)}>
                  Open the run
                </a>
              )}
            </div>
          </details>
        </div>
      </details>
    </article>
  )
}

const phaseWords: Readonly<Record<CallEntry['phase'], string>> = {
  arguments: 'Preparing',
  running: 'Running',
  waiting: 'Waiting for approval',
  succeeded: 'Done',
  failed: 'Failed',
  stopped: 'Stopped',
}

function Status({ phase }: { readonly phase: CallEntry['phase'] }): JSX.Element {
  return (
    <span className="status" data-phase={phase} title={phaseWords[phase]}>
      {phase === 'arguments' || phase === 'running' ? <span className="spinner" /> : <Icon name={statusIcon[phase]} size={14} />}
      <span className="sr-only">{phaseWords[phase]}: </span>
    </span>
  )
}

const statusIcon = { waiting: 'approvals', succeeded: 'check', failed: 'warning', stopped: 'stop' } as const

/** Progress with its words; without a known fraction the bar only moves. */
export function Bar({
  progress,
}: {
  readonly progress: { readonly message: string; readonly fraction: number | undefined } | undefined
}): JSX.Element {
  const fraction = progress?.fraction
  const message = progress?.message ?? ''
  return (
    <div className="progress">
      <div
        className="progress-track"
        role="progressbar"
        aria-label={message === '' ? label('working') : message}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={fraction === undefined ? undefined : Math.round(100 * fraction)}
        data-unknown={fraction === undefined}
      >
        <span style={{ inlineSize: fraction === undefined ? '30%' : `${100 * fraction}%` }} />
      </div>
      <p className="small muted">
        {message}
        {fraction !== undefined && <span> {number(Math.round(100 * fraction))} %</span>}
      </p>
    </div>
  )
}
