/** The chat turns of this process that go on or ended lately, by who asked for them: found again only by the same caller. */
import type { Caller } from '../../platform/caller.ts'
import { Fault } from '../../platform/fault.ts'
import { newId } from '../../platform/id.ts'
import { type AguiRun, createRun } from './agui-run.ts'
import { HttpFault } from './problem.ts'

export interface RunLimits {
  /** Turns of one caller that go on at once. */
  readonly atOnce: number
  /** How long a turn goes on that nobody listens to. */
  readonly unheardMs: number
  /** How long the events of a turn that ended are kept. */
  readonly keptMs: number
}

const defaultLimits: RunLimits = { atOnce: 8, unheardMs: 5 * 60_000, keptMs: 5 * 60_000 }

/** Characters of events that one turn keeps, and all of them together. */
const mostOfOne = 4 * 1024 * 1024
const mostOfAll = 64 * 1024 * 1024
const mostEnded = 500

export interface AguiRuns {
  /** Throws 429 when the caller has too many turns open, `conflict` when this one goes on with another input. */
  begin(
    caller: Caller,
    turn: { readonly threadId: string; readonly runId: string; readonly asked: string; readonly resumes: boolean },
  ): AguiRun
  /** By its own id, and its conversation's where that is known; the newest where a client names several turns alike. */
  find(caller: Caller, runId: string, threadId?: string): AguiRun | undefined
  /** The turn of a conversation that goes on. */
  active(caller: Caller, threadId: string): AguiRun | undefined
  list(caller: Caller): readonly AguiRun[]
  /** As if it had never begun. */
  forget(run: AguiRun): void
}

interface Kept {
  readonly owner: string
  readonly run: AguiRun
}

export function createRuns({ atOnce, unheardMs, keptMs }: RunLimits = defaultLimits): AguiRuns {
  const kept = new Set<Kept>()
  const ownerOf = ({ workspace, id }: Caller): string => JSON.stringify([workspace, id])
  const list = (caller: Caller): readonly AguiRun[] => {
    const owner = ownerOf(caller)
    return [...kept].flatMap((one) => (one.owner === owner ? one.run : []))
  }
  const drop = (gone: AguiRun): void => {
    for (const one of kept) if (one.run === gone) kept.delete(one)
  }
  const find: AguiRuns['find'] = (caller, runId, threadId) =>
    list(caller).findLast((run) => run.runId === runId && (threadId === undefined || run.threadId === threadId))

  return {
    list,
    find,
    forget: drop,
    active: (caller, threadId) => list(caller).findLast((run) => run.threadId === threadId && !run.ended()),
    begin: (caller, { resumes, ...turn }) => {
      const mine = list(caller)
      const known = find(caller, turn.runId, turn.threadId)
      if (known !== undefined && !known.ended())
        throw new Fault('conflict', `Run '${turn.runId}' still goes on with another input. Give each run an id of its own.`)
      if (mine.filter((run) => !run.ended()).length >= atOnce) throw tooMany(atOnce)
      if (known !== undefined) drop(known)
      makeRoom(kept)
      const before = mine.findLast((run) => run.threadId === turn.threadId)
      const planId = resumes && before !== undefined ? before.planId : newId('plan')
      const made = createRun({ ...turn, planId }, { characters: mostOfOne, unheardMs })
      const run: AguiRun = {
        ...made,
        end: () => {
          made.end()
          setTimeout(() => drop(run), keptMs).unref()
        },
      }
      kept.add({ owner: ownerOf(caller), run })
      return run
    },
  }
}

/** The oldest that ended leave first; one that goes on stays. */
function makeRoom(kept: Set<Kept>): void {
  const ended = [...kept].filter(({ run }) => run.ended())
  let size = [...kept].reduce((sum, { run }) => sum + run.size(), 0)
  for (const [at, one] of ended.entries()) {
    if (ended.length - at < mostEnded && size < mostOfAll) return
    kept.delete(one)
    size -= one.run.size()
  }
}

function tooMany(most: number): HttpFault {
  const words = `${most} of your chat turns go on already. Wait until one has ended, or stop one with POST /agui/runs/{runId}/stop.`
  return new HttpFault(429, 'unavailable', words, { 'retry-after': '2' })
}

export function unknownRun(runId: string): Fault {
  const words = `There is no run '${runId.slice(0, 80)}' of yours, or it ended a while ago. Read what was said at /agui/threads/{threadId}/events.`
  return new Fault('not_found', words)
}
