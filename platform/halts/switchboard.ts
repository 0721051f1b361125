/**
 * The kill switch at work: a row per halted workspace, and in each process a signal per workspace that follows the rows.
 * The embedded database has one process, which knows what it wrote; on a server the rows are looked at twice a second.
 */
import type { Caller } from '../caller.ts'
import type { Database } from '../database/database.ts'
import type { Events } from '../events.ts'
import { Fault } from '../fault.ts'
import type { Log } from '../platform.ts'
import { repeat } from '../runs/repeat.ts'
import type { Halt, Halts } from './halts.ts'

export interface HaltsOptions {
  readonly db: Database
  readonly events: Events
  readonly log: Log
  readonly now: () => Date
  /** How often another process's word is looked for, in milliseconds. */
  readonly lookMs?: number
}

export interface OpenHalts extends Halts {
  close(): Promise<void>
}

/** One workspace as this process sees it. */
interface Switch {
  halt: Halt | undefined
  controller: AbortController
}

/** The database has been migrated. */
export async function openHalts({ db, events, log, now, lookMs = 500 }: HaltsOptions): Promise<OpenHalts> {
  const switches = new Map<string, Switch>()
  /** Grows with each word of this process: rows read before it are out of date. */
  let spoken = 0

  const look = async (): Promise<void> => {
    const before = spoken
    const rows = await readHalts(db)
    if (spoken !== before) return
    for (const halt of rows) halted(halt)
    const standing = new Set(rows.map(({ workspace }) => workspace))
    for (const workspace of switches.keys()) if (!standing.has(workspace)) released(workspace)
  }
  const halted = (halt: Halt): void => {
    const one = switchOf(switches, halt.workspace)
    if (one.halt !== undefined) return
    one.halt = halt
    one.controller.abort(haltFault(halt, 'cancelled'))
    events.publish({ type: 'halt', workspace: halt.workspace, halted: true })
  }
  const released = (workspace: string): void => {
    const one = switchOf(switches, workspace)
    if (one.halt === undefined) return
    one.halt = undefined
    one.controller = new AbortController()
    events.publish({ type: 'halt', workspace, halted: false })
  }
  await look()
  const complain = (error: unknown): void => log.warn({ error }, 'The halted workspaces could not be read; it is tried again.')
  const looking = db.kind === 'server' ? repeat(lookMs, look, complain) : undefined

  return {
    current: (workspace) => switches.get(workspace)?.halt,
    signal: (workspace) => switchOf(switches, workspace).controller.signal,
    halt: async (caller, reason) => {
      refuseUnlessPerson(caller, 'stop')
      spoken += 1
      const halt = await writeHalt(db, { workspace: caller.workspace, by: caller.name, reason, since: now() })
      spoken += 1
      halted(halt)
      return halt
    },
    resume: async (caller) => {
      refuseUnlessPerson(caller, 'resume')
      spoken += 1
      await db.query('delete from halts where workspace = $1', [caller.workspace])
      spoken += 1
      released(caller.workspace)
    },
    close: async () => looking?.stop(),
  }
}

/** What a stopped agent is told. `cancelled`: it was at work; `not_allowed`: it asked for something new. */
export function haltFault({ workspace, by, reason, since }: Halt, code: 'not_allowed' | 'cancelled' = 'not_allowed'): Fault {
  const when = since.toISOString().slice(0, 16).replace('T', ' ')
  return new Fault(
    code,
    `Agents are stopped in workspace '${workspace}' since ${when} UTC, by ${by} ("${reason}"). A person can let them go on with resume_agents.`,
  )
}

function refuseUnlessPerson({ kind, name }: Caller, verb: string): void {
  if (kind !== 'person') throw new Fault('not_allowed', `Only a person may ${verb} agents, and ${name} is an ${kind}.`)
}

function switchOf(switches: Map<string, Switch>, workspace: string): Switch {
  const known = switches.get(workspace)
  if (known) return known
  const made: Switch = { halt: undefined, controller: new AbortController() }
  switches.set(workspace, made)
  return made
}

interface HaltRow {
  readonly workspace: string
  readonly by_name: string
  readonly reason: string
  readonly since: Date
}

const haltOf = ({ workspace, by_name: by, reason, since }: HaltRow): Halt => ({ workspace, by, reason, since })

async function readHalts(db: Database): Promise<readonly Halt[]> {
  const { rows } = await db.query<HaltRow>('select workspace, by_name, reason, since from halts')
  return rows.map(haltOf)
}

/** Who stopped the agents first stays; to stop them again changes nothing. */
async function writeHalt(db: Database, halt: Halt): Promise<Halt> {
  const { workspace, by, reason, since } = halt
  const { rows } = await db.query<HaltRow>(
    `insert into halts (workspace, by_name, reason, since) values ($1, $2, $3, $4)
     on conflict (workspace) do update set workspace = excluded.workspace
     returning workspace, by_name, reason, since`,
    [workspace, by, reason, since],
  )
  return rows.map(haltOf)[0] ?? halt
}
