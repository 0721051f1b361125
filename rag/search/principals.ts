/** What a caller goes by where documents name their readers. */
import { type Caller, roles } from '../../platform/caller.ts'

/**
 * Its id, 'workspace:NAME', and 'role:R' for its role and every lower one. Undefined for administrators, who read everything;
 * work that acts for nobody passes no principals either.
 */
export function principalsOf({ id, workspace, role }: Caller): readonly string[] | undefined {
  if (role === 'admin') return undefined
  return [id, `workspace:${workspace}`, ...roles.slice(0, roles.indexOf(role) + 1).map((each) => `role:${each}`)]
}
