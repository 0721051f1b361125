/** The step journal: a step's effect and its output are one commit, so a step delivered again is read instead of done. */
import type { Queryable } from '../database/database.ts'
import { Fault } from '../fault.ts'
import { repairedJsonText } from '../json-text.ts'
import type { Runs } from './runs.ts'

export async function recallStep<T>(db: Queryable, run: string, step: string): Promise<{ readonly output: T } | undefined> {
  const { rows } = await db.query<{ output: T }>('select output from run_steps where run = $1 and step = $2', [run, step])
  return rows[0]
}

/** Throws `cancelled` when a newer delivery holds the run: the effect of this one rolls back with its entry. */
export async function journalStep(tx: Queryable, { run, step, attempt, output }: Parameters<Runs['journal']>[1]): Promise<void> {
  const { rowCount } = await tx.query(
    `insert into run_steps (run, step, attempt, output)
     select held.id, $2, $3, $4::jsonb
     from (select id from runs where id = $1 and state = 'running' and attempt = $3 for share) as held`,
    [run, step, attempt, repairedJsonText(output)],
  )
  if (rowCount === 0) throw new Fault('cancelled', `Run ${run} is not in delivery ${attempt} any more, so step '${step}' was not kept.`)
}
