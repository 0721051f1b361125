/** Which version answers: routes share 100 percent of the traffic, and the same key always goes the same way. */
import { createHash } from 'node:crypto'
import { Fault } from '../../platform/fault.ts'

export const strategies = ['full', 'canary', 'ab', 'shadow'] as const
export type Strategy = (typeof strategies)[number]

export const routeRoles = ['live', 'canary', 'variant', 'shadow'] as const
export type RouteRole = (typeof routeRoles)[number]

/**
 * `percent` of the live, canary and variant routes adds up to 100. A shadow's is the share of traffic copied to it:
 * it is asked as well, and its answer is logged but not given.
 */
export interface Route {
  readonly version: number
  readonly percent: number
  readonly role: RouteRole
}

export interface Plan {
  readonly strategy: Strategy
  readonly routes: readonly Route[]
}

/** The role a version beside the live one has under a strategy, and its percent unless told. */
const beside: Readonly<Record<Exclude<Strategy, 'full'>, { readonly role: RouteRole; readonly percent: number }>> = {
  canary: { role: 'canary', percent: 10 },
  ab: { role: 'variant', percent: 50 },
  shadow: { role: 'shadow', percent: 100 },
}

/** The plan that brings a version in. All strategies but `full` need another version that is live. Throws `conflict`. */
export function planDeployment(
  current: Plan | undefined,
  {
    model,
    version,
    strategy,
    percent,
  }: { readonly model: string; readonly version: number; readonly strategy: Strategy; readonly percent?: number },
): Plan {
  if (strategy === 'full') return { strategy, routes: [{ version, percent: 100, role: 'live' }] }
  const live = current?.routes.find(({ role }) => role === 'live')
  if (!live)
    throw new Fault(
      'conflict',
      `Nothing of '${model}' is live yet, so version ${version} cannot come in as ${strategy}. Deploy it with strategy: full.`,
    )
  if (live.version === version)
    throw new Fault('conflict', `Version ${version} of '${model}' is the live one already. Deploy another version as ${strategy}.`)
  const { role, percent: usual } = beside[strategy]
  return { strategy, routes: share(live.version, { version, percent: percent ?? usual, role }) }
}

/** Gives `version` (the one beside the live one unless told) a share: 100 makes it live alone, 0 takes it out. Throws `conflict`, `not_found`. */
export function planTraffic(
  current: Plan,
  { model, percent, version }: { readonly model: string; readonly percent: number; readonly version?: number },
): Plan {
  const live = current.routes.find(({ role }) => role === 'live')
  const other = current.routes.find((route) => (version === undefined ? route.role !== 'live' : route.version === version))
  if (!live || !other) {
    const known = current.routes.map((route) => route.version).join(', ')
    if (version === undefined)
      throw new Fault(
        'conflict',
        `'${model}' has one version in service (${known}), so there is no traffic to share. Deploy another as canary first.`,
      )
    throw new Fault('not_found', `Version ${version} of '${model}' is not in service; versions ${known} are. Deploy it first.`)
  }
  if (other.role === 'live') {
    const companion = current.routes.find(({ role }) => role === 'canary' || role === 'variant')
    if (!companion) throw new Fault('conflict', `Version ${live.version} of '${model}' is the only one in service and has all traffic.`)
    return planTraffic(current, { model, percent: 100 - percent, version: companion.version })
  }
  if (other.role !== 'shadow' && percent === 100)
    return { strategy: 'full', routes: [{ version: other.version, percent: 100, role: 'live' }] }
  if (percent === 0) return { strategy: 'full', routes: [{ version: live.version, percent: 100, role: 'live' }] }
  return { strategy: current.strategy, routes: share(live.version, { ...other, percent }) }
}

function share(live: number, other: Route): readonly Route[] {
  const left = other.role === 'shadow' ? 100 : 100 - other.percent
  return [{ version: live, percent: left, role: 'live' }, other]
}

export interface Choice {
  /** The version that answers. */
  readonly answer: Route
  /** Versions asked as well, whose answers are only logged. */
  readonly shadows: readonly Route[]
}

/** `key` names who or what is asked about: equal keys get equal routes for as long as the plan stands. */
export function chooseRoute(
  routes: readonly Route[],
  { model, key }: { readonly model: string; readonly key: string },
): Choice | undefined {
  const answering = routes.filter(({ role }) => role !== 'shadow')
  const place = placeOf(`${model}\n${key}`)
  // The canary's share begins at zero, so who is in it stays in it when the share grows.
  const ordered = [...answering].sort((left, right) => Number(left.role === 'live') - Number(right.role === 'live'))
  const upTo = (index: number): number => ordered.slice(0, index + 1).reduce((sum, { percent }) => sum + percent, 0)
  const answer = ordered.find((_, index) => place < upTo(index)) ?? ordered.at(-1)
  if (!answer) return undefined
  return { answer, shadows: routes.filter(({ role, percent }) => role === 'shadow' && place < percent) }
}

/** A number in [0, 100) that depends on the text only. */
function placeOf(text: string): number {
  return (createHash('sha256').update(text).digest().readUInt32BE(0) / 2 ** 32) * 100
}
