/** The ledger of approvals: what was asked, who decided, and that each yes was used once, for exactly what was shown. */
import type { Audit } from '../audit/audit.ts'
import { type Caller, isAgent } from '../caller.ts'
import type { Database, Queryable } from '../database/database.ts'
import type { Events } from '../events.ts'
import { Fault } from '../fault.ts'
import type { Halts } from '../halts/halts.ts'
import { jsonText } from '../json-text.ts'
import type { Runs } from '../runs/runs.ts'
import type { Approval, ApprovalState, Approvals } from './approvals.ts'
import { anyApprovalDue, expireApprovals, expirySentence } from './expiry.ts'

export interface ApprovalsOptions {
  readonly db: Database
  readonly runs: Pick<Runs, 'release' | 'fail' | 'wake'>
  readonly halts: Pick<Halts, 'current'>
  readonly events: Events
  readonly audit: Pick<Audit, 'append'>
  readonly now: () => Date
}

type Decision = Parameters<Approvals['decide']>[0]

interface ApprovalRow {
  readonly id: string
  readonly workspace: string
  readonly run: string
  readonly tool: string
  readonly input: unknown
  readonly digest: string
  readonly origins: unknown
  readonly reason: string
  readonly asked_by: Caller
  readonly state: ApprovalState
  readonly decided_by: Caller | null
  readonly created_at: Date
  readonly expires_at: Date
}

const lifetimeMs = 7 * 24 * 60 * 60 * 1000
const columns = 'id, workspace, run, tool, input, digest, origins, reason, asked_by, state, decided_by, created_at, expires_at'

export function createApprovals(options: ApprovalsOptions): Approvals {
  const { db, now } = options
  return {
    ask: async (tx, { id, run, tool, input, digest, origins, reason, askedBy }) => {
      const at = now()
      await tx.query(
        `insert into approvals (id, workspace, run, tool, input, digest, origins, reason, asked_by, state, created_at, expires_at)
         values ($1, $2, $3, $4, $5::jsonb, $6, $7::jsonb, $8, $9::jsonb, 'pending', $10, $11)`,
        [
          id,
          askedBy.workspace,
          run,
          tool,
          jsonText(input, 'The input'),
          digest,
          jsonText(origins, 'The origins'),
          reason,
          JSON.stringify(askedBy),
          at,
          new Date(at.getTime() + lifetimeMs),
        ],
      )
    },
    get: async (id, workspace) => {
      await expireDue(options)
      return read(db, id, workspace)
    },
    list: async (workspace, { state, limit = 100 } = {}) => {
      await expireDue(options)
      const { rows } = await db.query<ApprovalRow>(
        `select ${columns} from approvals where workspace = $1 and ($2::text is null or state = $2)
         order by created_at desc, id desc limit $3`,
        [workspace, state ?? null, limit],
      )
      return rows.map(approvalOf)
    },
    decide: async (request) => {
      refuseUnlessHuman(request.caller)
      await expireDue(options)
      const { id, workspace, run, tool, state } = await db.transaction((tx) => decide(options, tx, request))
      options.events.publish({ type: 'approval', workspace, approval: id, tool, state })
      if (state === 'rejected') options.events.publish({ type: 'run', workspace, run, tool, state: 'failed' })
      options.runs.wake()
      return read(db, id, workspace)
    },
    use: async (tx, { id, digest }) => {
      const { rowCount } = await tx.query(
        "update approvals set state = 'used' where id = $1 and digest = $2 and state = 'approved' and expires_at > $3",
        [id, digest, now()],
      )
      if (rowCount === 0) throw await refusal(tx, id, digest)
    },
  }
}

/** A model cannot say yes to itself: only a person, where a person sits. */
function refuseUnlessHuman({ kind, channel }: Caller): void {
  if (kind === 'person' && (channel === 'browser' || channel === 'terminal')) return
  throw new Fault(
    'not_allowed',
    `An approval is given by a signed-in person in the browser or at a terminal; this came from ${kind} over ${channel}.`,
  )
}

async function decide(
  { runs, halts, audit, now }: ApprovalsOptions,
  tx: Queryable,
  { id, decision, caller, mayCall }: Decision,
): Promise<Approval> {
  const asked = await read(tx, id, caller.workspace, 'for update')
  if (asked.state !== 'pending') throw new Fault('conflict', `Approval ${id} is ${asked.state} already; it can be decided once.`)
  if (!mayCall(asked.tool, caller)) {
    throw new Fault(
      'not_allowed',
      `${caller.name} may not call ${asked.tool}, so may not decide approval ${id}. Ask somebody whose role allows it.`,
    )
  }
  if (decision === 'approve' && isAgent(asked.askedBy) && halts.current(caller.workspace) !== undefined) {
    throw new Fault(
      'conflict',
      `Agents are stopped in workspace '${caller.workspace}', so the call of ${asked.tool} would not run. Resume them first, or reject approval ${id}.`,
    )
  }
  const state = decision === 'approve' ? 'approved' : 'rejected'
  await tx.query('update approvals set state = $2, decided_by = $3::jsonb, decided_at = $4 where id = $1', [
    id,
    state,
    JSON.stringify(caller),
    now(),
  ])
  if (state === 'approved') await runs.release(tx, asked.run)
  else await runs.fail(tx, asked.run, new Fault('not_allowed', `${caller.name} rejected the call of ${asked.tool} (approval ${id}).`))
  await audit.append(tx, {
    call: asked.run,
    tool: asked.tool,
    effect: 'decide',
    caller,
    outcome: `approval ${state}`,
    digest: asked.digest,
    detail: { approval: id },
  })
  return { ...asked, state, decidedBy: caller }
}

async function refusal(tx: Queryable, id: string, digest: string): Promise<Fault> {
  const { rows } = await tx.query<Pick<ApprovalRow, 'state' | 'digest'>>('select state, digest from approvals where id = $1', [id])
  const [row] = rows
  const why =
    row === undefined
      ? 'does not exist'
      : row.state !== 'approved'
        ? `is ${row.state}`
        : row.digest !== digest
          ? 'was given for other arguments'
          : 'has expired'
  return new Fault('not_allowed', `Approval ${id} ${why}; ask for a new one.`)
}

async function expireDue({ db, runs, events, now }: ApprovalsOptions): Promise<void> {
  if (!(await anyApprovalDue(db, now()))) return
  const expired = await db.transaction(async (tx) => {
    const due = await expireApprovals(tx, now())
    for (const { id, run } of due) await runs.fail(tx, run, new Fault('not_allowed', expirySentence(id)))
    return due
  })
  for (const { id, workspace, run, tool } of expired) {
    events.publish({ type: 'approval', workspace, approval: id, tool, state: 'expired' })
    events.publish({ type: 'run', workspace, run, tool, state: 'failed' })
  }
}

async function read(db: Queryable, id: string, workspace: string, lock: '' | 'for update' = ''): Promise<Approval> {
  const { rows } = await db.query<ApprovalRow>(`select ${columns} from approvals where id = $1 and workspace = $2 ${lock}`, [id, workspace])
  const [row] = rows
  if (!row) throw new Fault('not_found', `There is no approval '${id}' in workspace '${workspace}'; list the open ones to see their ids.`)
  return approvalOf(row)
}

function approvalOf(row: ApprovalRow): Approval {
  const { id, workspace, run, tool, input, digest, origins, reason, state } = row
  return {
    id,
    workspace,
    run,
    tool,
    input,
    digest,
    origins,
    reason,
    state,
    askedBy: row.asked_by,
    decidedBy: row.decided_by,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  }
}
