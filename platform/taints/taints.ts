/**
 * What an agent outside the chat was given to read. Such an agent tells us only its calls, not what led to them, so once a
 * result with text from outside has gone to it, everything it asks for counts as shaped by that text: for an hour at least
 * after the last such result, and in its session only where the surface knows sessions. Rows, so that several processes agree.
 * The chat does without: it knows its whole conversation and says of every argument where it came from.
 */
import type { Caller } from '../caller.ts'
import type { Database } from '../database/database.ts'

export interface Taints {
  /** As origins of a call: empty when nothing untrusted was read, and for callers that are no agents. */
  originsOf(
    caller: Caller,
    session: string | undefined,
  ): Promise<Readonly<Record<string, { readonly trust: 'untrusted'; readonly source: string }>>>
  /** The caller is given an untrusted result of this source; without a session it counts in all of them. Costs nothing where that is known. */
  mark(caller: Caller, session: string | undefined, source: string): Promise<void>
}

/** At least, after the last reading. */
export const taintLastsMs = 60 * 60 * 1000
/** A mark holds for longer, so that it is written anew only when less than the hour is left of it. */
const writtenForMs = 1.5 * taintLastsMs
const remembered = 10_000

interface Taint {
  readonly source: string
  readonly until: number
}

export function createTaints({ db, now }: { readonly db: Database; readonly now: () => Date }): Taints {
  const known = new Map<string, Taint>()
  const remember = (key: string, taint: Taint): void => {
    if (known.size >= remembered) known.clear()
    known.set(key, taint)
  }
  const find = async ({ workspace, id }: Caller, session: string): Promise<Taint | undefined> => {
    const key = keyOf(workspace, id, session)
    const here = known.get(key) ?? known.get(keyOf(workspace, id, ''))
    if (here && here.until > now().getTime()) return here
    const { rows } = await db.query<{ source: string; until: Date }>(
      `select source, until from tainted_callers
       where workspace = $1 and caller = $2 and session in ($3, '') and until > $4 order by until desc limit 1`,
      [workspace, id, session, now()],
    )
    const [row] = rows
    if (row === undefined) return undefined
    const taint = { source: row.source, until: row.until.getTime() }
    remember(key, taint)
    return taint
  }
  return {
    originsOf: async (caller, session = '') => {
      if (caller.kind !== 'agent') return {}
      const taint = await find(caller, session)
      return taint ? { '': { trust: 'untrusted', source: `an earlier result of ${taint.source}` } } : {}
    },
    mark: async (caller, session = '', source) => {
      if (caller.kind !== 'agent') return
      const { workspace, id } = caller
      const key = keyOf(workspace, id, session)
      const at = now().getTime()
      if ((known.get(key)?.until ?? 0) - at >= taintLastsMs) return
      const until = at + writtenForMs
      await db.transaction(async (tx) => {
        await tx.query('delete from tainted_callers where until < $1', [new Date(at)])
        await tx.query(
          `insert into tainted_callers (workspace, caller, session, source, until) values ($1, $2, $3, $4, $5)
           on conflict (workspace, caller, session) do update set source = excluded.source, until = excluded.until`,
          [workspace, id, session, source, new Date(until)],
        )
      })
      remember(key, { source, until })
    },
  }
}

const keyOf = (workspace: string, caller: string, session: string): string => JSON.stringify([workspace, caller, session])
