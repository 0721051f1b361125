/** Schedules: a cron line and a call. When its minute comes, the call becomes a run of its own, made by an automation. */
import { z } from 'zod'
import { type Caller, roles } from '../caller.ts'
import type { Queryable } from '../database/database.ts'
import { Fault } from '../fault.ts'
import { jsonText } from '../json-text.ts'
import type { TicketQueue } from './boss.ts'
import type { NewRun } from './runs.ts'

interface Schedule {
  /** Unique in its workspace: letters, digits, '.', '_' and '-'. */
  readonly name: string
  /** Five fields: minute, hour, day of month, month, day of week. */
  readonly cron: string
  /** IANA name; default UTC. */
  readonly timezone: string
  readonly tool: string
  readonly input: unknown
  readonly workspace: string
  /** The automation acts with this role, and under the policy for automations. */
  readonly role: Caller['role']
  /** Present when an agent asked for the schedule. */
  readonly actsFor?: Caller['actsFor']
  /** The only tools it may call. */
  readonly tools?: Caller['tools']
}

export interface Schedules {
  /** Replaces the schedule of the same name. Throws `invalid_input` when the cron line or the timezone cannot be read. */
  set(tx: Queryable, schedule: Omit<Schedule, 'timezone'> & { readonly timezone?: string }): Promise<void>
  /** Throws `not_found`. */
  remove(tx: Queryable, name: string, workspace: string): Promise<void>
  list(workspace: string): Promise<readonly Schedule[]>
}

const callSchema = z.object({
  name: z.string(),
  workspace: z.string(),
  tool: z.string(),
  input: z.unknown(),
  role: z.enum(roles),
  actsFor: z.literal('agent').optional(),
  tools: z.array(z.string()).optional(),
})

export function createSchedules(queue: TicketQueue): Schedules {
  const list = async (workspace: string): Promise<readonly Schedule[]> => {
    const timetables = await queue.timetables()
    return timetables
      .map(({ cron, timezone, data }) => ({ ...callSchema.parse(data), cron, timezone }))
      .filter((schedule) => schedule.workspace === workspace)
  }
  return {
    list,
    set: async (tx, { name, cron, timezone = 'UTC', ...call }) => {
      if (!/^[\w.-]{1,64}$/.test(name))
        throw new Fault('invalid_input', `Schedule name '${name}' must be 1 to 64 letters, digits, '.', '_' or '-'.`)
      if (!queue.isOpen()) throw new Fault('unavailable', 'This process does not work the queue, so it cannot schedule. Ask the server.')
      const data: unknown = JSON.parse(jsonText({ name, ...call }, 'The input'))
      try {
        await queue.schedule(tx, { key: keyOf(call.workspace, name), cron, timezone, data })
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error)
        throw new Fault('invalid_input', `Schedule '${name}' cannot be read: cron '${cron}', timezone '${timezone}' (${why}).`, {
          cause: error,
        })
      }
    },
    remove: async (tx, name, workspace) => {
      const known = await queue.unschedule(tx, keyOf(workspace, name))
      if (!known)
        throw new Fault('not_found', `There is no schedule '${name}' in workspace '${workspace}'; list the schedules to see their names.`)
    },
  }
}

/** Takes what the clock has sent and records one run for each, whatever the number of times it was sent. */
export async function runsDue(tx: Queryable, queue: TicketQueue): Promise<readonly NewRun[]> {
  const due = await queue.takeDue(tx)
  return due.flatMap(({ id, data }) => {
    const call = callSchema.safeParse(data)
    return call.success ? [runOf(id, call.data)] : []
  })
}

function runOf(id: string, { name, tool, input, actsFor, tools, ...rights }: z.output<typeof callSchema>): NewRun {
  const caller: Caller = {
    id: `schedule:${name}`,
    name,
    kind: 'automation',
    channel: 'run',
    ...rights,
    ...(actsFor ? { actsFor } : {}),
    ...(tools ? { tools } : {}),
  }
  return { id: `run_${id.replaceAll('-', '')}`, tool, input, caller }
}

/** Workspaces may have names that the queue's keys may not. */
const keyOf = (workspace: string, name: string): string => `${Buffer.from(workspace).toString('hex')}/${name}`
