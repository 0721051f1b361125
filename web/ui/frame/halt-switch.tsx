/** The kill switch: one button stops every agent of the workspace, a banner says so to everybody until they may go on. */
import { type FormEvent, type JSX, useState } from 'react'
import { Problem } from '../api.ts'
import { catalogue } from '../catalogue.ts'
import { brief } from '../format.ts'
import { useStore } from '../store.ts'
import { visible } from '../visible.ts'
import { Sheet } from './drawer.tsx'
import { resumeAgents, stopAgents, useHalt } from './halt.ts'
import { Icon } from './icon.tsx'
import { Notice } from './notice.tsx'

/** Shown to who may use it, where the server has the switch. */
export function HaltButton(): JSX.Element | null {
  const tools = useStore(catalogue)
  const { value, reload } = useHalt()
  const [open, setOpen] = useState(false)
  if (!tools.some(({ name }) => name === 'stop_agents') || value === undefined || !value.mayDecide || value.halt !== undefined) return null
  return (
    <>
      <button type="button" className="button small quiet halt-button" onClick={() => setOpen(true)}>
        <Icon name="stop" size={14} />
        Stop all agents
      </button>
      {open && (
        <HaltSheet
          onClose={() => {
            setOpen(false)
            reload()
          }}
        />
      )}
    </>
  )
}

function HaltSheet({ onClose }: { readonly onClose: () => void }): JSX.Element {
  const [reason, setReason] = useState('')
  const { busy, problem, run } = useAction()
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    void run(async () => {
      await stopAgents(reason)
      onClose()
    })
  }
  return (
    <Sheet title="Stop all agents?" onClose={onClose}>
      <p className="muted">
        Every chat, agent and run that an agent began in this workspace ends at once. People, deployed models and your own calls go on.
      </p>
      <form className="halt-form" onSubmit={submit}>
        <label htmlFor="halt-reason">Why? Everybody here will read it.</label>
        <input
          id="halt-reason"
          className="input"
          maxLength={300}
          placeholder="An agent keeps retraining the same model"
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
        {problem !== '' && <Notice>{problem}</Notice>}
        <div className="actions">
          <button type="submit" className="button stop" disabled={busy}>
            Stop all agents
          </button>
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
        </div>
      </form>
    </Sheet>
  )
}

export function HaltBanner(): JSX.Element | null {
  const { value, reload } = useHalt()
  const { busy, problem, run } = useAction()
  if (value?.halt === undefined) return null
  const { by, reason, since } = value.halt
  const resume = (): void =>
    void run(async () => {
      await resumeAgents()
      reload()
    })
  return (
    <div className="halted" role="alert">
      <Icon name="stop" size={16} />
      <p>
        <strong>All agents are stopped.</strong> {visible(by)}, {brief(since)}: {visible(reason)}
        {problem !== '' && <span> {problem}</span>}
      </p>
      {value.mayDecide && (
        <button type="button" className="button small" disabled={busy} onClick={resume}>
          <Icon name="play" size={13} />
          Let them go on
        </button>
      )}
    </div>
  )
}

/** One thing at a time, its refusal in words. */
function useAction(): { readonly busy: boolean; readonly problem: string; readonly run: (work: () => Promise<void>) => Promise<void> } {
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState('')
  const run = async (work: () => Promise<void>): Promise<void> => {
    setBusy(true)
    setProblem('')
    try {
      await work()
    } catch (error) {
      setProblem(error instanceof Problem ? error.message : 'The server could not be asked. Try again.')
    } finally {
      setBusy(false)
    }
  }
  return { busy, problem, run }
}
