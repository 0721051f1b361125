/** `millrace approvals`: what waits for a person, and the person's answer from the terminal. */
import { Fault } from '../platform/fault.ts'
import { shown } from './confirm.ts'
import type { Io } from './io.ts'
import { humanOutput, jsonOutput } from './output.ts'
import { withProgress } from './run-tool.ts'
import type { ToolClient } from './tool-client.ts'

/** `argv`: nothing or `list`, `show ID`, `approve ID`, `reject ID`, each with --json. Throws `usage`. */
export async function runApprovals({
  argv,
  client,
  io,
}: {
  readonly argv: readonly string[]
  readonly client: ToolClient
  readonly io: Io
}): Promise<number> {
  const json = argv.includes('--json')
  const [verb = 'list', id, ...rest] = argv.filter((word) => word !== '--json')
  if (verb === 'list' && id === undefined) return list(client, io, json)
  if (id === undefined || rest.length > 0) throw usage()
  switch (verb) {
    case 'show': {
      const approval = await client.approval(id)
      io.out(json ? jsonOutput(approval) : shown(approval))
      return 0
    }
    case 'approve': {
      const { run } = await client.approval(id)
      await client.decide(id, 'approve')
      const outcome = await withProgress(io, (onProgress) => client.follow(run, { signal: io.signal, onProgress }))
      if (outcome.kind === 'done') io.out(json ? jsonOutput(outcome.data) : humanOutput(outcome, io.width))
      else io.err(`Approved; run ${run} is ${outcome.kind}.\n`)
      return 0
    }
    case 'reject':
      await client.decide(id, 'reject')
      io.err(`Approval ${id} is rejected; its call does not run.\n`)
      return 0
    default:
      throw usage()
  }
}

const usage = (): Fault =>
  new Fault(
    'usage',
    'millrace approvals lists what waits; millrace approvals show|approve|reject ID decides one; --workspace NAME means another workspace of this machine.',
  )

async function list(client: ToolClient, io: Io, json: boolean): Promise<number> {
  const waiting = await client.pending()
  const rows = waiting.map(({ id, tool, askedBy, createdAt, input }) => ({ id, tool, askedBy, createdAt, input }))
  const content =
    rows.length === 0 ? 'Nothing waits for a person.' : `${rows.length} ${rows.length === 1 ? 'call waits' : 'calls wait'} for a person.`
  io.out(json ? jsonOutput(waiting) : humanOutput({ content, data: { approvals: rows } }, io.width))
  return 0
}
