/** The tools of this process, called by the person at its terminal. */
import type { Approval } from '../platform/approvals/approvals.ts'
import { type Caller, hasRole } from '../platform/caller.ts'
import { describeTool } from '../tools/description.ts'
import type { Waist } from '../tools/waist.ts'
import { outcomeOfRun } from './run-outcome.ts'
import type { PendingApproval, ToolClient } from './tool-client.ts'

/** `caller` is a person on the channel `terminal`. */
export function localClient(waist: Waist, caller: Caller): ToolClient {
  const { catalogue, invoke, platform } = waist
  const { approvals, runs, events } = platform
  return {
    remote: false,
    decideAt: 'this terminal, with millrace approvals',
    catalogue: async () => catalogue.list().map(describeTool),
    tool: async (name) => describeTool(catalogue.get(name)),
    call: ({ tool, input, signal, onProgress }) => invoke({ tool, input, caller, signal, ...(onProgress ? { onProgress } : {}) }),
    pending: async () => (await approvals.list(caller.workspace, { state: 'pending' })).map(pendingOf),
    approval: async (id) => pendingOf(await approvals.get(id, caller.workspace)),
    decide: async (id, decision) => {
      const mayCall = (tool: string, person: Caller): boolean => {
        const known = catalogue.list().find(({ name }) => name === tool)
        return known !== undefined && hasRole(person, known.role)
      }
      await approvals.decide({ id, decision, caller, mayCall })
    },
    follow: async (run, { signal, onProgress }) => {
      const cancel = (): void => void runs.cancel(run, caller.workspace).catch(() => undefined)
      const stop = events.subscribe((event) => {
        if (event.type === 'run' && event.run === run && event.progress) onProgress?.(event.progress)
      })
      signal.addEventListener('abort', cancel, { once: true })
      try {
        return outcomeOfRun(await runs.settled(run, caller.workspace, { ms: Number.POSITIVE_INFINITY }))
      } finally {
        stop()
        signal.removeEventListener('abort', cancel)
      }
    },
  }
}

function pendingOf({ id, run, tool, input, reason, origins, askedBy, createdAt }: Approval): PendingApproval {
  return { id, run, tool, input, reason, origins, askedBy: askedBy.name, createdAt: createdAt.toISOString() }
}
