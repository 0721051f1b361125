/** Runs: experiments with their metrics, and the durable work behind every long call, live. */
import { type JSX, useState } from 'react'
import { get } from '../api.ts'
import { titleOf } from '../catalogue.ts'
import { Bar } from '../chat/tool-card.tsx'
import { ago, byHeadline } from '../format.ts'
import { Notice } from '../frame/notice.tsx'
import { at, isList, isRecord, type Json, listAt, numberAt, textAt } from '../json.ts'
import { useLive } from '../live.ts'
import { useResource } from '../resource.ts'
import { hrefOf } from '../router.ts'
import { Page } from './page.tsx'
import { RunDrawer } from './run-drawer.tsx'
import { StateBadge } from './state-badge.tsx'
import { ToolList } from './tool-list.tsx'

type Part = 'experiments' | 'work' | 'pipelines'

const parts: Readonly<Record<Part, () => JSX.Element>> = {
  experiments: () => <Experiments />,
  work: () => <Work />,
  pipelines: () => <Pipelines />,
}

export function RunsView({ item }: { readonly item: string | undefined }): JSX.Element {
  const [part, setPart] = useState<Part>('experiments')
  const tab = (name: typeof part, words: string): JSX.Element => (
    <button type="button" className="segment" aria-pressed={part === name} onClick={() => setPart(name)}>
      {words}
    </button>
  )
  return (
    <Page
      title="Runs"
      about="Experiments to compare, and the work behind them as it happens."
      actions={
        <div className="segments">
          {tab('experiments', 'Experiments')}
          {tab('work', 'Work')}
          {tab('pipelines', 'Pipelines')}
        </div>
      }
    >
      <Working />
      {parts[part]()}
      {item !== undefined && <RunDrawer key={item} id={item} />}
    </Page>
  )
}

function Experiments(): JSX.Element {
  return (
    <ToolList
      tool="list_runs"
      list="runs"
      hrefOf={(row) => {
        const run = textAt(row, 'run')
        return run === undefined ? undefined : hrefOf('runs', run)
      }}
      row={overview}
      empty={
        <>
          <h2>No experiments yet</h2>
          <p className="muted">Train a model and its parameters and metrics are kept here.</p>
          <a className="button primary" href={hrefOf('tools', 'train_model')}>
            Train a model
          </a>
        </>
      }
    />
  )
}

/** What one compares; parameters, baseline and warnings are in the run's drawer. */
function overview({ run, algorithm, dataset, target, metrics, seconds, created_at }: Json): Json {
  const first = isRecord(metrics) ? Object.fromEntries(byHeadline(Object.entries(metrics)).slice(0, 3)) : {}
  return { run, algorithm, dataset, target, ...first, seconds, created_at }
}

function Pipelines(): JSX.Element {
  return (
    <ToolList
      tool="list_pipelines"
      list="pipelines"
      hrefOf={(row) => {
        const pipeline = textAt(row, 'pipeline')
        return pipeline === undefined ? undefined : hrefOf('tools', 'run_pipeline', { pipeline })
      }}
      row={({ pipeline, version, steps, state, saved_at }) => ({
        pipeline,
        version,
        steps: isList(steps) ? steps.length : steps,
        state,
        saved_at,
      })}
      empty={
        <>
          <h2>No pipelines yet</h2>
          <p className="muted">The tool calls of a conversation can be saved as a pipeline, run again and scheduled.</p>
        </>
      }
    />
  )
}

interface LiveRun {
  readonly id: string
  readonly tool: string
  readonly state: string
  readonly progress: { readonly message: string; readonly fraction: number | undefined } | undefined
}

/** What works right now, moved along by live events. */
function Working(): JSX.Element | null {
  const [live, setLive] = useState<ReadonlyMap<string, LiveRun>>(new Map())
  useLive(({ type, json }) => {
    const id = textAt(json, 'run')
    if (type !== 'run' || id === undefined) return
    const run: LiveRun = { id, tool: textAt(json, 'tool') ?? '', state: textAt(json, 'state') ?? '', progress: progressOf(json) }
    setLive((old) => {
      const next = new Map(old)
      if (run.state === 'running' || run.state === 'queued') next.set(id, { ...run, progress: run.progress ?? old.get(id)?.progress })
      else next.delete(id)
      return next
    })
  })
  if (live.size === 0) return null
  return (
    <section className="working" aria-label="Running now">
      {[...live.values()].map((run) => (
        <a key={run.id} className="working-run" href={hrefOf('runs', run.id)}>
          <strong>{titleOf(run.tool)}</strong>
          <Bar progress={run.progress} />
        </a>
      ))}
    </section>
  )
}

function progressOf(json: unknown): LiveRun['progress'] {
  const progress = at(json, 'progress')
  return progress === undefined || progress === null
    ? undefined
    : { message: textAt(progress, 'message') ?? '', fraction: numberAt(progress, 'fraction') }
}

function Work(): JSX.Element {
  const { value, problem } = useResource('runs', (signal) => get('/api/runs?limit=100', signal), ['run'])
  const runs = listAt(value, 'runs')
  if (problem !== undefined) return <Notice>{problem.message}</Notice>
  if (value !== undefined && runs.length === 0)
    return (
      <div className="empty">
        <h2>No work yet</h2>
        <p className="muted">Training, scoring and ingesting show up here, and survive a restart.</p>
      </div>
    )
  const now = Date.now()
  return (
    <ul className="work">
      {runs.map((run) => {
        const id = textAt(run, 'id') ?? ''
        return (
          <li key={id}>
            <a className="work-run" href={hrefOf('runs', id)}>
              <StateBadge state={textAt(run, 'state') ?? ''} />
              <strong>{titleOf(textAt(run, 'tool') ?? '')}</strong>
              <span className="muted small">{progressOf(run)?.message ?? textAt(at(run, 'error'), 'message') ?? ''}</span>
              <span className="muted small work-time">{ago(textAt(run, 'createdAt') ?? '', now)}</span>
            </a>
          </li>
        )
      })}
    </ul>
  )
}
