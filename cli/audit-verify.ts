/** `millrace audit verify`: ends with 0 only when every row of the audit log follows from the one before. */
import { z } from 'zod'
import { Fault } from '../platform/fault.ts'
import type { Io } from './io.ts'
import { jsonOutput } from './output.ts'
import type { ToolClient } from './tool-client.ts'

const verdict = z.object({ intact: z.boolean() })

/** `argv` is what follows `audit`: verify, with --json. Throws `usage`. */
export async function runAudit({
  argv,
  client,
  io,
}: {
  readonly argv: readonly string[]
  readonly client: ToolClient
  readonly io: Io
}): Promise<number> {
  const json = argv.includes('--json')
  const [verb, ...rest] = argv.filter((word) => word !== '--json')
  if (verb !== 'verify' || rest.length > 0)
    throw new Fault('usage', 'millrace audit verify checks the chain of the audit log; millrace audit-log lists its entries.')
  const outcome = await client.call({ tool: 'verify_audit', input: {}, signal: io.signal })
  if (outcome.kind !== 'done') throw new Fault('unavailable', 'The audit log is still being checked; look at its run.')
  io.out(json ? jsonOutput(outcome.data) : `${outcome.content}\n`)
  return verdict.parse(outcome.data).intact ? 0 : 1
}
