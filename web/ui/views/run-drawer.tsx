/** One run: how it stands, what it was asked, what came out; it can be stopped while it works. */
import { type JSX, useState } from 'react'
import { get, Problem, post, readTool } from '../api.ts'
import { titleOf } from '../catalogue.ts'
import { Bar } from '../chat/tool-card.tsx'
import { Drawer } from '../frame/drawer.tsx'
import { Notice } from '../frame/notice.tsx'
import { at, isRecord, listAt, numberAt, textAt } from '../json.ts'
import { useResource } from '../resource.ts'
import { Result, Values } from '../results/result.tsx'
import { go, hrefOf } from '../router.ts'
import { StateBadge } from './state-badge.tsx'

const openStates = ['queued', 'running', 'waiting']

export function RunDrawer({ id }: { readonly id: string }): JSX.Element {
  const { value, problem, reload } = useResource(`run ${id}`, (signal) => read(id, signal), ['run'])
  const [trouble, setTrouble] = useState('')
  const state = textAt(value, 'state')
  const tool = textAt(value, 'tool')
  const input = at(value, 'input')
  const progress = at(value, 'progress')

  const cancel = async (): Promise<void> => {
    try {
      await post(`/api/runs/${encodeURIComponent(id)}/cancel`, {})
      reload()
    } catch (error) {
      setTrouble(error instanceof Problem ? error.message : 'The run could not be stopped. Try again.')
    }
  }
  return (
    <Drawer
      title={tool === undefined ? 'Run' : titleOf(tool)}
      subtitle={<span className="mono">{id}</span>}
      onClose={() => go(hrefOf('runs'))}
    >
      {problem !== undefined && value === undefined && <Notice>{problem.message}</Notice>}
      {trouble !== '' && <Notice>{trouble}</Notice>}
      {state !== undefined && (
        <div className="actions run-state">
          <StateBadge state={state} />
          {openStates.includes(state) && (
            <button type="button" className="button small danger" onClick={() => void cancel()}>
              Stop this run
            </button>
          )}
        </div>
      )}
      {state === 'running' && <Bar progress={{ message: textAt(progress, 'message') ?? '', fraction: numberAt(progress, 'fraction') }} />}
      {textAt(at(value, 'error'), 'message') !== undefined && <Notice>{textAt(at(value, 'error'), 'message')}</Notice>}
      {isRecord(input) && Object.keys(input).length > 0 && (
        <section>
          <h3 className="detail-title">Asked</h3>
          <Values entries={Object.entries(input)} />
        </section>
      )}
      <section>
        <Result data={at(at(value, 'result'), 'data') ?? at(value, 'experiment')} />
      </section>
    </Drawer>
  )
}

/** The durable run; an experiment that has none (imported, logged by another client) is found in the list of experiments. */
async function read(id: string, signal: AbortSignal): Promise<unknown> {
  try {
    return await get(`/api/runs/${encodeURIComponent(id)}`, signal)
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 404) throw error
    const experiment = listAt(await readTool('list_runs', {}, signal), 'runs').find((run) => textAt(run, 'run') === id)
    if (experiment === undefined) throw error
    return { experiment }
  }
}
