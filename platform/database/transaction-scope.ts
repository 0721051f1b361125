/** Knows whether the code that asks is inside a transaction, so that a forgotten `tx` is an error and not a deadlock. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { Fault } from '../fault.ts'

const scope = new AsyncLocalStorage<{ open: boolean }>()

export async function insideTransaction<T>(work: () => Promise<T>): Promise<T> {
  const here = { open: true }
  return scope.run(here, async () => {
    try {
      return await work()
    } finally {
      here.open = false
    }
  })
}

/** For timers and buffers that outlive the call they were first touched in. */
export function outsideTransaction<T>(work: () => T): T {
  return scope.exit(work)
}

export function refuseInsideTransaction(): void {
  if (scope.getStore()?.open)
    throw new Fault('internal', 'The database was asked inside a transaction; use the transaction that was handed in.')
}
