/** A call that a person must decide, shown with its exact arguments and asked about where a person sits. */
import { originLines } from './argument-origins.ts'
import type { Io } from './io.ts'
import { printable } from './table.ts'
import type { PendingApproval, ToolClient } from './tool-client.ts'

export type Decided = 'approved' | 'rejected' | 'unasked'

/** `unasked`: nobody is at the terminal, so the call goes on waiting. */
export async function confirm(
  { approval: id, run }: { readonly approval: string; readonly run: string },
  { client, io }: { readonly client: ToolClient; readonly io: Io },
): Promise<Decided> {
  const asked = await client.approval(id)
  if (!io.ask) {
    io.err(`${asked.tool} has not run: a person must approve it. Approval ${id} (run ${run}) waits at ${client.decideAt}.\n`)
    return 'unasked'
  }
  io.err(shown(asked))
  const answer = (await io.ask('Run it? [y/N] ')).trim().toLowerCase()
  const yes = answer === 'y' || answer === 'yes'
  await client.decide(id, yes ? 'approve' : 'reject')
  if (!yes) io.err('Not run.\n')
  return yes ? 'approved' : 'rejected'
}

/** What is asked, by whom and why, every argument and where it came from. */
export function shown({ tool, input, reason, askedBy, origins }: PendingApproval): string {
  const from = originLines(origins)
  const lines = [reason, `Asked by ${askedBy}: ${tool} with exactly`, JSON.stringify(input, null, 2), ...from]
  return printable(`${lines.join('\n')}\n`)
}
