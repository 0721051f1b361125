/** From what an access token says to a caller: never more than its scopes name, and a viewer where they name nothing. */
import { z } from 'zod'
import { type Caller, type Channel, type Role, roles } from '../caller.ts'
import { Fault } from '../fault.ts'

/** `millrace:builder` and the like: the least role is what a token has without any. */
export const scopeOf = (role: Role): string => `millrace:${role}`

export const knownScopes: readonly string[] = roles.map(scopeOf)

const claims = z.object({
  sub: z.string().regex(/^[\x21-\x7e]{1,200}$/),
  scope: z.string().max(4_096).optional(),
  scp: z.union([z.string(), z.array(z.string())]).optional(),
  millrace_workspace: z
    .string()
    .regex(/^[\w-]{1,64}$/)
    .optional(),
  millrace_tools: z.array(z.string().max(64)).max(200).optional(),
  preferred_username: z.string().optional(),
})

/**
 * Role: the highest of the `millrace:ROLE` scopes. Workspace: the claim `millrace_workspace`, else 'default'. Tools: the claim
 * `millrace_tools`, else all that the role allows. Always an agent: a token that an application holds is no person.
 */
export function callerFromClaims(payload: unknown, channel: Channel): Caller {
  const parsed = claims.safeParse(payload)
  if (!parsed.success) {
    const names = [...new Set(parsed.error.issues.map(({ path }) => String(path[0])))].join(', ')
    throw new Fault('unauthenticated', `The access token is refused: its claims ${names} cannot be read.`)
  }
  const {
    sub,
    scope = '',
    scp = [],
    millrace_workspace: workspace = 'default',
    millrace_tools: tools,
    preferred_username: name,
  } = parsed.data
  const granted = new Set([...scope.split(' '), ...(typeof scp === 'string' ? scp.split(' ') : scp)])
  return {
    id: `oauth:${sub}`,
    name: name !== undefined && /^[\w.@ -]{1,64}$/.test(name) ? name : sub.slice(0, 64),
    kind: 'agent',
    role: roles.findLast((role) => granted.has(scopeOf(role))) ?? 'viewer',
    workspace,
    channel,
    ...(tools === undefined ? {} : { tools }),
  }
}
