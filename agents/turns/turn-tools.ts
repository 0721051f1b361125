/**
 * The tools of a turn: the catalogue as its revision stands, less what the caller may not call, and with the client's own.
 * Lists are made once and shared by the turns that see the same, so their index is not built again.
 */
import { Fault } from '../../platform/fault.ts'
import type { Catalogue } from '../../tools/invocation.ts'
import type { ClientTool } from '../chat.ts'
import { handOff } from '../hosted/specialists.ts'
import type { PlannerTool } from '../planner/contract.ts'
import { indexOf } from '../planner/retrieve.ts'
import { plannerTools } from '../tools.ts'
import { writePlan } from './plan-board.ts'
import { type SharedState, setState, setStateTool } from './shared-state.ts'

export interface TurnTools {
  /** Everything that may be called, the client's tools and those of the turn itself included. */
  readonly all: readonly PlannerTool[]
  /** Of the catalogue only. */
  readonly own: readonly PlannerTool[]
  readonly client: ReadonlySet<string>
}

export interface ToolLists {
  list(wanted: Wanted): TurnTools
}

interface Wanted {
  /** Undefined: all. */
  readonly allowed: readonly string[] | undefined
  readonly clientTools: readonly ClientTool[]
  readonly state: SharedState | undefined
}

/** How many lists are remembered; the one of the whole catalogue always is. */
const mostLists = 12

export function createToolLists(catalogue: Catalogue): ToolLists {
  let revision = catalogue.revision
  let whole = plannerTools(catalogue)
  let lists = new Map<string, TurnTools>()
  // Once, before anybody waits for it.
  indexOf(whole)
  return {
    list: ({ allowed, clientTools, state }) => {
      if (catalogue.revision !== revision) {
        revision = catalogue.revision
        whole = plannerTools(catalogue)
        lists = new Map()
      }
      const shared = state === undefined ? undefined : setStateTool(state)
      const key = allowed === undefined && clientTools.length === 0 && !shared ? '' : JSON.stringify([allowed, clientTools, shared?.input])
      const known = lists.get(key)
      const made = known ?? listOf(whole, { allowed, clientTools, shared })
      lists.delete(key)
      lists.set(key, made)
      const oldest = lists.keys().find((one) => one !== '')
      if (lists.size > mostLists && oldest !== undefined) lists.delete(oldest)
      return made
    },
  }
}

function listOf(
  whole: readonly PlannerTool[],
  { allowed, clientTools, shared }: Pick<Wanted, 'allowed' | 'clientTools'> & { readonly shared: PlannerTool | undefined },
): TurnTools {
  requireFree(clientTools, whole)
  const permitted = allowed === undefined ? undefined : new Set(allowed.map((name) => name.replaceAll('-', '_')))
  const own = permitted === undefined ? whole : whole.filter(({ name }) => permitted.has(name))
  const given = clientTools.map(({ name, description, input }) => ({
    name,
    title: name.replaceAll('_', ' '),
    description,
    input,
    examples: [],
  }))
  const all = given.length === 0 && !shared ? own : [...own, ...given, ...(shared ? [shared] : [])]
  return { all, own, client: new Set(clientTools.map(({ name }) => name)) }
}

const mostClientTools = 64
const turnsOwn: readonly string[] = [setState, writePlan, handOff]

/** A client must not be able to stand in for a tool of ours. Throws `invalid_input`. */
function requireFree(clientTools: readonly ClientTool[], catalogue: readonly PlannerTool[]): void {
  if (clientTools.length > mostClientTools)
    throw new Fault('invalid_input', `The client brings ${clientTools.length} tools; at most ${mostClientTools} are taken.`)
  const taken = new Set([...turnsOwn, ...catalogue.map(({ name }) => name)])
  for (const { name } of clientTools) {
    if (!/^[A-Za-z_][\w-]{0,63}$/.test(name))
      throw new Fault('invalid_input', `'${name.slice(0, 80)}' cannot name a tool. Use 1 to 64 letters, digits, _ or -.`)
    if (taken.has(name) || taken.has(name.replaceAll('-', '_')))
      throw new Fault('invalid_input', `The client's tool '${name}' has the name of another tool. Choose another name.`)
    taken.add(name)
  }
}
