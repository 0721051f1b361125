/** Who is calling: found once by the surface, then carried unchanged through every call. */

export const roles = ['viewer', 'builder', 'operator', 'admin'] as const
export type Role = (typeof roles)[number]

/**
 * `person` acts for themselves; `agent` is a model or a program acting for someone;
 * `automation` is a schedule or a pipeline acting under a policy row of its own.
 */
export type CallerKind = 'person' | 'agent' | 'automation'

/** Where the call came in. Only `browser` and `terminal` may decide an approval. */
export type Channel = 'browser' | 'terminal' | 'http' | 'mcp' | 'chat' | 'a2a' | 'run' | 'eval'

export interface Caller {
  /** Stable id for the audit log, for example "local:owner" or "token:ci". */
  readonly id: string
  readonly name: string
  readonly kind: CallerKind
  readonly role: Role
  readonly workspace: string
  readonly channel: Channel
  /** The only tools that it may call, nested calls included; absent: all that its role allows. */
  readonly tools?: readonly string[]
  /** Of an automation that an agent set up: it is stopped when agents are, and may no more than that agent. */
  readonly actsFor?: 'agent'
}

/** Whether the kill switch stops it. */
export function isAgent({ kind, actsFor }: Pick<Caller, 'kind' | 'actsFor'>): boolean {
  return kind === 'agent' || actsFor === 'agent'
}

export function hasRole(caller: Caller, needed: Role): boolean {
  return roles.indexOf(caller.role) >= roles.indexOf(needed)
}
