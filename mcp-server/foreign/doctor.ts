/** For `millrace doctor`: do the foreign MCP servers of the operator's file answer? */
import { createEgress } from '../../platform/egress/client.ts'
import { asFault } from '../../platform/fault.ts'
import { openConnection } from './connection.ts'
import { readServersFile, type ServerSpec } from './servers-file.ts'

export interface ServersFinding {
  readonly ok: boolean
  readonly found: string
  readonly fix?: string
}

const patienceMs = 10_000

/** Throws `usage` for a file that cannot be read. Nothing joins, and no tool is called. */
export async function checkServers(file: string | undefined): Promise<ServersFinding> {
  if (file === undefined) return { ok: true, found: 'none configured; MILLRACE_MCP_SERVERS names their file' }
  const servers = await readServersFile(file)
  const egress = createEgress()
  try {
    const answers = await Promise.all(servers.map((spec) => ask(spec, egress)))
    const silent = answers.filter(({ ok }) => !ok)
    const found = answers.map(({ words }) => words).join(' ') || `${file} lists none`
    if (silent.length === 0) return { ok: true, found }
    return { ok: false, found, fix: `Correct them in ${file}, or set "disabled": true there. Millrace starts without them.` }
  } finally {
    egress.close()
  }
}

async function ask(spec: ServerSpec, egress: ReturnType<typeof createEgress>): Promise<{ readonly ok: boolean; readonly words: string }> {
  const ignore = (): void => undefined
  try {
    const connection = await openConnection(spec, { egress, version: '1', connectMs: patienceMs, onChanged: ignore, onEnded: ignore })
    try {
      const tools = await connection.list(AbortSignal.timeout(patienceMs))
      return { ok: true, words: `${spec.name}: ${tools.length} tools.` }
    } finally {
      await connection.close()
    }
  } catch (error) {
    return { ok: false, words: asFault(error).message }
  }
}
