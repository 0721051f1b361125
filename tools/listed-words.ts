/** Whoever is shown a list of tools reads how foreign servers describe theirs: text from outside, unless the operator vouches for it. */
import type { Caller } from '../platform/caller.ts'
import type { Tool } from './tool.ts'
import type { Waist } from './waist.ts'

/** Before the list is answered, for surfaces that do not say of every argument where it came from. */
export async function markListed({ platform }: Waist, caller: Caller, tools: readonly Tool[]): Promise<void> {
  const server = tools.find(({ foreign }) => foreign?.trustedWords === false)?.foreign?.server
  if (server !== undefined) await platform.taints.mark(caller, undefined, `a list with the words of ${server}`)
}
