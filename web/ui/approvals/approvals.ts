/** Approvals as the page knows them: the ones that wait, kept fresh over the live connection. */
import { get, post } from '../api.ts'
import { isList, isRecord, type Json, listAt, textAt } from '../json.ts'
import { useResource } from '../resource.ts'

export interface Approval {
  readonly id: string
  /** The run that waits for it. */
  readonly run: string
  readonly tool: string
  readonly input: unknown
  /** Where each argument came from: {path: {trust, source}}. */
  readonly origins: unknown
  readonly reason: string
  readonly askedBy: string | undefined
  readonly state: string
  readonly expiresAt: string | undefined
}

/** Everything that waits for a person, latest first. */
export function usePending(): readonly Approval[] {
  const { value } = useResource('pending', (signal) => listApprovals('pending', signal), ['approval', 'run'])
  return value ?? []
}

/** One approval's record, once it is read. */
export function useApproval(id: string): Approval | undefined {
  const { value } = useResource(
    `approval ${id}`,
    async (signal) => readApproval(await get(`/api/approvals/${encodeURIComponent(id)}`, signal)),
    ['approval'],
  )
  return value
}

export async function listApprovals(state: string | undefined, signal?: AbortSignal): Promise<readonly Approval[]> {
  const body = await get(`/api/approvals${state === undefined ? '' : `?state=${state}`}`, signal)
  return (isList(body) ? body : listAt(body, 'approvals')).flatMap((item) => readApproval(item) ?? [])
}

export async function decide(id: string, decision: 'approve' | 'reject'): Promise<void> {
  await post(`/api/approvals/${encodeURIComponent(id)}`, { decision })
}

function readApproval(json: unknown): Approval | undefined {
  const id = textAt(json, 'id')
  return !isRecord(json) || id === undefined ? undefined : fields(id, json)
}

function fields(id: string, json: Json): Approval {
  return {
    id,
    run: textAt(json, 'run') ?? '',
    tool: textAt(json, 'tool') ?? 'tool',
    input: json.input,
    origins: json.origins,
    reason: textAt(json, 'reason') ?? '',
    askedBy: textAt(json.askedBy, 'name'),
    state: textAt(json, 'state') ?? 'pending',
    expiresAt: textAt(json, 'expiresAt'),
  }
}
