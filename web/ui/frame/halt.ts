/** Whether the agents of this workspace are stopped, and who is asking: kept fresh, the same for everybody who looks. */
import { callTool, get } from '../api.ts'
import { at, textAt } from '../json.ts'
import { type Resource, useResource } from '../resource.ts'

export interface Halt {
  readonly by: string
  readonly reason: string
  readonly since: string
}

interface HaltState {
  readonly halt: Halt | undefined
  /** The person may stop agents and let them go on. */
  readonly mayDecide: boolean
}

export function useHalt(): Resource<HaltState> {
  return useResource('halt', async (signal) => readHalt(await get('/api/session', signal)), ['halt'])
}

/** Throws the Problem of a server that refuses. */
export async function stopAgents(reason: string): Promise<void> {
  await callTool('stop_agents', { reason: reason.trim() === '' ? 'Stopped from the page' : reason.trim() })
}

export async function resumeAgents(): Promise<void> {
  await callTool('resume_agents', {})
}

function readHalt(session: unknown): HaltState {
  const halt = at(session, 'halt')
  const role = textAt(at(session, 'caller'), 'role')
  const by = textAt(halt, 'by')
  return {
    mayDecide: role === 'operator' || role === 'admin',
    halt: by === undefined ? undefined : { by, reason: textAt(halt, 'reason') ?? '', since: textAt(halt, 'since') ?? '' },
  }
}
