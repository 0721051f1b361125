/** `millrace mcp`: MCP over stdin and stdout, through the server that owns the data folder or as its owner until stdin closes. */
import type { Config } from './config.ts'
import { serveMcpStdio } from './mcp-server/stdio.ts'
import type { Caller } from './platform/caller.ts'

/** A client starts this and waits, so each way loads only what it needs. */
export async function serveMcp(config: Config, version: string, server?: { readonly url: string; readonly token: string }): Promise<void> {
  const warn = (line: string): void => void process.stderr.write(`${line}\n`)
  if (server) {
    const { openRemoteTools } = await import('./mcp-server/remote-tools.ts')
    const service = await openRemoteTools({ ...server, version })
    await serveMcpStdio({ service, version, warn })
    await service.close()
    return
  }
  const [{ openMillrace }, { localTools }] = await Promise.all([import('./compose.ts'), import('./mcp-server/local-tools.ts')])
  const millrace = await openMillrace(config)
  try {
    await millrace.work()
    const caller: Caller = { ...millrace.platform.identity.owner('terminal'), kind: 'agent', channel: 'mcp' }
    const service = localTools({ waist: millrace, caller, decideAt: 'a terminal, with npx millrace approvals' })
    await serveMcpStdio({ service, version, warn })
  } finally {
    await millrace.close()
  }
}
