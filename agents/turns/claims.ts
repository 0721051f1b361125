/**
 * Who answers a conversation now. A turn is claimed in the database for as long as its process says every few seconds that
 * it lives, so two processes never answer one conversation, and a turn whose process died is found and taken up.
 */
import { z } from 'zod'
import { type Caller, roles } from '../../platform/caller.ts'
import type { Database, Queryable } from '../../platform/database/database.ts'
import { Fault } from '../../platform/fault.ts'
import { repairedJsonText } from '../../platform/json-text.ts'
import { mayReadUnowned, type Summary, threadKey, titleOf } from '../threads.ts'

const channels = ['browser', 'terminal', 'http', 'mcp', 'chat', 'a2a', 'run', 'eval'] as const

/** What a turn was asked, as far as another process needs it to go on. */
export const keptRequest = z.object({
  caller: z.object({
    id: z.string(),
    name: z.string(),
    kind: z.enum(['person', 'agent', 'automation']),
    role: z.enum(roles),
    workspace: z.string(),
    channel: z.enum(channels),
    tools: z.array(z.string()).exactOptional(),
  }),
  message: z.string().optional(),
  before: z.array(z.object({ role: z.enum(['user', 'assistant', 'tool', 'system']), text: z.string() })).optional(),
  clientTools: z.array(z.object({ name: z.string(), description: z.string(), input: z.record(z.string(), z.unknown()) })).optional(),
  state: z.record(z.string(), z.unknown()).optional(),
  keep: z.boolean().optional(),
  tools: z.array(z.string()).optional(),
  budget: z.record(z.string(), z.number()).optional(),
})

export type KeptRequest = z.infer<typeof keptRequest>

const summary = z.object({ text: z.string(), from: z.string(), taintedBy: z.array(z.string()) })

export interface Claim {
  readonly workspace: string
  readonly owner: string
  readonly thread: string
  readonly key: string
  readonly turn: string
  readonly request: KeptRequest
  readonly spentMs: number
  readonly summary: Summary | undefined
  /** Nothing was ever said in this conversation. */
  readonly fresh: boolean
}

export interface Asked {
  readonly caller: Caller
  readonly thread: string
  readonly turn: string
  readonly request: KeptRequest
  readonly process: string
  readonly leaseMs: number
}

const place = `
  found as (
    select owner, summary from agents_threads
    where workspace = $1 and thread = $2 and (owner = $3 or ($4::boolean and owner = '')) order by owner desc limit 1)`

/** A new turn: whatever waited in the conversation is given up. Throws `conflict` while another turn is answered. */
export async function claimTurn(db: Queryable, asked: Asked): Promise<Claim> {
  const { caller, thread, turn, request, process, leaseMs } = asked
  const { rows } = await db.query<{ owner: string; summary: unknown; taken: boolean; fresh: boolean }>(
    `with ${place},
     place as (select coalesce((select owner from found), $3) as owner),
     touched as (
       insert into agents_threads (workspace, owner, thread, title) select $1, owner, $2, $5 from place
       on conflict (workspace, owner, thread) do update set updated_at = now()),
     taken as (
       insert into agents_turns (workspace, owner, thread, turn, state, process, lease_until, request)
       select $1, owner, $2, $6, 'running', $7, now() + $8::integer * interval '1 millisecond', $9::jsonb from place
       on conflict (workspace, owner, thread) do update set
         turn = excluded.turn, state = 'running', process = excluded.process, lease_until = excluded.lease_until,
         request = excluded.request, spent_ms = 0, recoveries = 0, created_at = now()
       where agents_turns.state = 'paused' or agents_turns.lease_until < now()
       returning 1)
     select (select owner from place) as owner, (select summary from found) as summary, exists (select 1 from taken) as taken, not exists (select 1 from found) as fresh`,
    [
      caller.workspace,
      thread,
      caller.id,
      mayReadUnowned(caller),
      titleOf(request.message ?? ''),
      turn,
      process,
      leaseMs,
      repairedJsonText(request),
    ],
  )
  const [row] = rows
  if (!row?.taken) throw busy()
  return claimOf({ ...row, workspace: caller.workspace, thread, turn, request, spent_ms: 0 })
}

/** Goes on with what waits or was cut off. Undefined when there is no such conversation. Throws `conflict` while it is answered. */
export async function reclaimTurn(db: Queryable, asked: Asked): Promise<Claim | undefined> {
  const { caller, thread, turn, request, process, leaseMs } = asked
  const { rows } = await db.query<Partial<Taken> & { owner: string; summary: unknown }>(
    `with ${place},
     taken as (
       insert into agents_turns (workspace, owner, thread, turn, state, process, lease_until, request)
       select $1, owner, $2, $5, 'running', $6, now() + $7::integer * interval '1 millisecond', $8::jsonb from found
       on conflict (workspace, owner, thread) do update set
         state = 'running', process = excluded.process, lease_until = excluded.lease_until
       where agents_turns.state = 'paused' or agents_turns.lease_until < now()
       returning turn, request, spent_ms)
     select found.owner, found.summary, taken.turn, taken.request, taken.spent_ms from found left join taken on true`,
    [caller.workspace, thread, caller.id, mayReadUnowned(caller), turn, process, leaseMs, repairedJsonText(request)],
  )
  const [row] = rows
  if (!row) return undefined
  if (row.turn === undefined || row.turn === null) throw busy()
  const { owner, summary: words, spent_ms = 0 } = row
  return claimOf({ owner, summary: words, spent_ms, workspace: caller.workspace, thread, turn: row.turn, request: row.request })
}

const busy = (): Fault => new Fault('conflict', 'This conversation is still being answered. Wait for the answer or stop it.')

interface Taken {
  readonly workspace: string
  readonly owner: string
  readonly thread: string
  readonly turn: string
  readonly request: unknown
  readonly spent_ms: number
  readonly summary: unknown
  readonly fresh?: boolean
}

function claimOf({ workspace, owner, thread, turn, request, spent_ms, summary: words, fresh = false }: Taken): Claim {
  const place = { workspace, owner, thread }
  return {
    ...place,
    turn,
    key: threadKey(place),
    request: keptRequest.parse(request),
    spentMs: spent_ms,
    summary: summary.safeParse(words).data,
    fresh,
  }
}

/** A turn that ended its process this often is not taken up again by itself. */
const mostRecoveries = 3

/** Turns whose process died: taken over, a few at a time. With `everyone`, whatever another process holds (a database with one owner). */
export async function takeOrphans(
  db: Database,
  { process, leaseMs, everyone }: { readonly process: string; readonly leaseMs: number; readonly everyone: boolean },
): Promise<readonly Claim[]> {
  const { rows } = await db.query<Taken>(
    `update agents_turns set process = $1, lease_until = now() + $2::integer * interval '1 millisecond', recoveries = recoveries + 1
     from agents_threads
     where agents_threads.workspace = agents_turns.workspace and agents_threads.owner = agents_turns.owner
       and agents_threads.thread = agents_turns.thread
       and (agents_turns.workspace, agents_turns.owner, agents_turns.thread) in (
         select workspace, owner, thread from agents_turns
         where state = 'running' and process <> $1 and recoveries < $4 and ($3::boolean or lease_until < now())
         order by created_at limit 20 for update skip locked)
     returning agents_turns.workspace, agents_turns.owner, agents_turns.thread, turn, request, spent_ms, summary`,
    [process, leaseMs, everyone, mostRecoveries],
  )
  return rows.map(claimOf)
}

/** Turns that a client left waiting who keeps the conversation itself: after a day nobody comes back for them. */
export async function takeForgotten(db: Queryable, process: string): Promise<readonly Claim[]> {
  const { rows } = await db.query<Taken>(
    `update agents_turns set process = $1
     where state = 'paused' and request ->> 'keep' = 'false' and lease_until < now() - interval '1 day'
     returning workspace, owner, thread, turn, request, spent_ms, null as summary`,
    [process],
  )
  return rows.map(claimOf)
}

/**
 * Those of these turns that this process still holds; a key not in the answer was taken by another process. A claim that no
 * turn here is at work on is not renewed, so it lapses and the conversation can be gone on with.
 */
export async function renewClaims(
  db: Queryable,
  { process, leaseMs, turns }: { readonly process: string; readonly leaseMs: number; readonly turns: readonly string[] },
): Promise<ReadonlySet<string>> {
  const { rows } = await db.query<{ workspace: string; owner: string; thread: string }>(
    `update agents_turns set lease_until = now() + $2::integer * interval '1 millisecond'
     where process = $1 and state = 'running' and turn = any($3::text[]) returning workspace, owner, thread`,
    [process, leaseMs, turns],
  )
  return new Set(rows.map(threadKey))
}

/** A conversation and the turn in it: a turn that lost its claim must not give up that of the next one. */
type Held = Pick<Claim, 'workspace' | 'owner' | 'thread' | 'turn'>

/** The turn waits for a person or for the client. */
export async function pauseClaim(
  db: Queryable,
  { workspace, owner, thread, turn }: Held,
  { process, request, spentMs }: { readonly process: string; readonly request: KeptRequest; readonly spentMs: number },
): Promise<void> {
  await db.query(
    `update agents_turns set state = 'paused', request = $5::jsonb, spent_ms = $6, recoveries = 0
     where workspace = $1 and owner = $2 and thread = $3 and process = $4 and turn = $7`,
    [workspace, owner, thread, process, repairedJsonText(request), Math.round(spentMs), turn],
  )
}

/** Left for another process, or for this one when it is back. */
export async function leaveClaim(db: Queryable, { workspace, owner, thread, turn }: Held, process: string): Promise<void> {
  await db.query(
    `update agents_turns set lease_until = now() - interval '1 second'
     where workspace = $1 and owner = $2 and thread = $3 and process = $4 and turn = $5`,
    [workspace, owner, thread, process, turn],
  )
}

/** The turn has ended. */
export async function endClaim(db: Queryable, { workspace, owner, thread, turn }: Held, process: string): Promise<void> {
  await db.query('delete from agents_turns where workspace = $1 and owner = $2 and thread = $3 and process = $4 and turn = $5', [
    workspace,
    owner,
    thread,
    process,
    turn,
  ])
}
