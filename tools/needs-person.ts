/** A call inside another one needs a person's yes: the outer run waits for it, and then goes on where it stood. */
import { Fault } from '../platform/fault.ts'
import type { Origin } from './invocation.ts'

export class NeedsPerson extends Fault {
  /** What untrusted text shaped, as shown on the approval. */
  readonly origins: Readonly<Record<string, Origin>>

  constructor(message: string, origins: Readonly<Record<string, Origin>>) {
    super('not_allowed', message)
    this.origins = origins
  }
}
