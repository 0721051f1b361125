/** The plan of a turn: its steps before they run and while they do, each with how it stands. */
import type { JSX } from 'react'
import { catalogue, titleOf } from '../catalogue.ts'
import { Icon, type IconName } from '../frame/icon.tsx'
import { useStore } from '../store.ts'
import { visible } from '../visible.ts'
import { type PlanStep, readPlan, type StepState } from './events.ts'

/** One step alone is the call below it, so it is not drawn twice. */
const fewest = 2

export function PlanCard({ content }: { readonly content: unknown }): JSX.Element | null {
  const steps = readPlan(content)
  if (steps.length < fewest) return null
  const over = steps.filter(({ state }) => state === 'done' || state === 'skipped').length
  return (
    <section className="plan" aria-label="Plan">
      <header className="plan-head">
        <Icon name="plan" size={16} />
        <strong>Plan</strong>
        <span className="muted">{over === steps.length ? 'all done' : `${over} of ${steps.length} done`}</span>
      </header>
      <ol>
        {steps.map((step) => (
          <Step key={step.id} step={step} />
        ))}
      </ol>
    </section>
  )
}

function Step({ step }: { readonly step: PlanStep }): JSX.Element {
  const { state, title, tool, condition } = step
  const known = useStore(catalogue).find(({ name }) => name === tool)
  const toolTitle = tool === undefined ? undefined : (known?.title ?? titleOf(tool))
  return (
    <li className="plan-step" data-state={state} aria-current={state === 'running' ? 'step' : undefined}>
      <span className="status" data-phase={phaseOf[state]}>
        {state === 'running' ? <span className="spinner" /> : <Icon name={iconOf[state]} size={13} />}
      </span>
      <span className="plan-words">
        <span className="sr-only">{wordsOf[state]}: </span>
        {visible(title)}
        {condition !== undefined && condition !== '' && <span className="plan-condition"> only if {visible(condition)}</span>}
      </span>
      {toolTitle !== undefined && toolTitle !== title && <span className="plan-tool">{visible(toolTitle)}</span>}
    </li>
  )
}

const wordsOf: Readonly<Record<StepState, string>> = {
  pending: 'To do',
  running: 'Running',
  waiting: 'Waiting for approval',
  done: 'Done',
  failed: 'Failed',
  skipped: 'Skipped',
}
const phaseOf: Readonly<Record<StepState, string>> = {
  pending: 'pending',
  running: 'running',
  waiting: 'waiting',
  done: 'succeeded',
  failed: 'failed',
  skipped: 'stopped',
}
const iconOf: Readonly<Record<Exclude<StepState, 'running'>, IconName>> = {
  pending: 'dot',
  waiting: 'approvals',
  done: 'check',
  failed: 'warning',
  skipped: 'skip',
}
