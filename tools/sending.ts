/** What a call may send out: nothing unless its effect says so, only to the host it named, and an agent no further than the list that let it pass. */
import type { Caller } from '../platform/caller.ts'
import type { Egress } from '../platform/egress/egress.ts'
import { readTarget } from '../platform/egress/target.ts'
import { Fault } from '../platform/fault.ts'
import type { Platform } from '../platform/platform.ts'
import type { CallTarget, Effect } from './tool.ts'

export interface Sender {
  readonly tool: string
  readonly caller: Caller
  readonly effect: Effect
  readonly target: CallTarget | undefined
}

/** Requests that the configuration asks for pass as they are; those that a caller asks for are held to what `invoke` decided on. */
export function egressOf({ egress, listedHosts }: { readonly egress: Egress } & Pick<Platform, 'listedHosts'>, sender: Sender): Egress {
  const { tool, caller, effect, target } = sender
  return {
    request: async (request) => {
      if (request.origin === 'configured') return egress.request(request)
      const { host, port } = readTarget(request.url)
      if (effect !== 'egress' && effect !== 'delete')
        throw new Fault('internal', `${tool} was let run to '${effect}' and tried to send a request to ${host}.`)
      if (target === undefined || host !== target.host || port !== target.port)
        throw new Fault('internal', `${tool} tried to send a request to ${host}, which it had not named as its target.`)
      const confined = caller.kind !== 'person' && listedHosts.includes({ host, port })
      return egress.request(confined ? { ...request, hosts: 'listed' } : request)
    },
  }
}
