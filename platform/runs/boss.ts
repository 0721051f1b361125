/**
 * pg-boss behind our database. It carries tickets: "run R may start". The row of the run holds the truth, so a ticket
 * is torn up in the transaction that claims the run, and a ticket for a run that has moved on is worth nothing.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { createHash } from 'node:crypto'
import { type ConstructorOptions, PgBoss } from 'pg-boss'
import { z } from 'zod'
import type { Database, Queryable } from '../database/database.ts'
import { exclusively } from '../database/exclusively.ts'
import type { Log } from '../platform.ts'

type BossDatabase = NonNullable<ConstructorOptions['db']>

interface Ticket {
  readonly id: string
  readonly run: string
}

interface Timetable {
  readonly key: string
  readonly cron: string
  readonly timezone: string
  readonly data: unknown
}

export interface TicketQueue {
  /** Installs pg-boss's schema where it is missing and starts its clock and its housekeeping. */
  open(): Promise<void>
  close(): Promise<void>
  readonly isOpen: () => boolean
  /** One ticket for each time a run is queued: `attempt` is the number of its deliveries so far. */
  push(tx: Queryable, run: string, attempt: number): Promise<void>
  take(tx: Queryable, most: number): Promise<readonly Ticket[]>
  tearUp(tx: Queryable, tickets: readonly string[]): Promise<void>
  /** What the clock has sent since: its data, and an id that is the same however often it is taken. */
  takeDue(tx: Queryable): Promise<readonly { readonly id: string; readonly data: unknown }[]>
  schedule(tx: Queryable, timetable: Timetable): Promise<void>
  /** False when there was none. */
  unschedule(tx: Queryable, key: string): Promise<boolean>
  timetables(): Promise<readonly Timetable[]>
}

const runsQueue = 'runs'
const dueQueue = 'due'
const dueAtOnce = 20
const ticketData = z.object({ run: z.string() })

export function createTicketQueue({ db, log }: { readonly db: Database; readonly log: Log }): TicketQueue {
  const within = new AsyncLocalStorage<Queryable>()
  const boss = new PgBoss({
    db: { executeSql: (text, values) => execute(within.getStore() ?? db, db, text, values) },
    schema: 'queue',
    backend: db.kind === 'embedded' ? 'pglite' : 'postgres',
    // Rebuilding indexes and watching vacuum hold the one session of the embedded database for too long.
    reindex: false,
    monitorVacuum: false,
  })
  boss.on('error', (error) => log.warn({ error }, 'The queue had an error; it goes on.'))
  let open = false

  return {
    open: async () => {
      await exclusively(db, async () => {
        await boss.start()
        // Rows are deleted when taken; what is left over was never taken and may be delivered again after a minute.
        const options = { expireInSeconds: 60, retryLimit: 100, deleteAfterSeconds: 3600 }
        await boss.createQueue(runsQueue, options)
        await boss.createQueue(dueQueue, options)
      })
      // Fills pg-boss's memory of its queues now: inside a transaction it could not ask.
      await boss.deleteJob(runsQueue, ticketId('', 0))
      await boss.deleteJob(dueQueue, ticketId('', 0))
      open = true
    },
    close: async () => {
      open = false
      await boss.stop({ graceful: false, close: false })
    },
    isOpen: () => open,
    push: async (tx, run, attempt) => {
      if (open) await boss.send(runsQueue, { run }, { id: ticketId(run, attempt), db: inside(tx) })
    },
    take: async (tx, most) => {
      const jobs = await boss.fetch<unknown>(runsQueue, { batchSize: most, db: inside(tx) })
      return jobs.map(({ id, data }) => ({ id, run: ticketData.parse(data).run }))
    },
    tearUp: async (tx, tickets) => {
      if (open && tickets.length > 0) await boss.deleteJob(runsQueue, [...tickets], { db: inside(tx) })
    },
    takeDue: async (tx) => {
      const jobs = await boss.fetch<unknown>(dueQueue, { batchSize: dueAtOnce, db: inside(tx) })
      const ids = jobs.map(({ id }) => id)
      if (ids.length > 0) await boss.deleteJob(dueQueue, ids, { db: inside(tx) })
      return jobs.map(({ id, data }) => ({ id, data }))
    },
    schedule: (tx, { key, cron, timezone, data }) =>
      within.run(tx, () => boss.schedule(dueQueue, cron, z.record(z.string(), z.unknown()).parse(data), { key, tz: timezone })),
    unschedule: (tx, key) =>
      within.run(tx, async () => {
        const known = await boss.getSchedule(dueQueue, key)
        await boss.unschedule(dueQueue, key)
        return known !== null
      }),
    timetables: async () => {
      const schedules = await boss.getSchedules(dueQueue)
      return schedules.map(({ key, cron, timezone, data }) => ({ key, cron, timezone, data }))
    },
  }
}

/** A stable id, so that whoever claims the run without its ticket can tear the ticket up as well. */
export function ticketId(run: string, attempt: number): string {
  const hex = createHash('sha256').update(`${run}:${attempt}`).digest('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), `5${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join('-')
}

const inside = (tx: Queryable): BossDatabase => ({ executeSql: (text, values) => tx.query(text, values) })

/**
 * pg-boss sends some texts as `begin; …; commit;` and reads the rows of the last statement before the commit. Such a text
 * becomes a transaction of ours: its rows are then the last ones, and an error in it is rolled back.
 */
function execute(target: Queryable, db: Database, text: string, values: readonly unknown[] = []): ReturnType<BossDatabase['executeSql']> {
  const block = values.length === 0 ? /^\s*begin;([\s\S]*)commit;\s*$/i.exec(text)?.[1] : undefined
  if (block === undefined) return target.query(text, values)
  return target === db ? db.transaction((tx) => tx.query(block)) : target.query(block)
}
