/** `millrace mcp`: MCP over stdin and stdout, through the server that owns the data folder or as its owner until stdin closes. */
import type { Config } from './config.ts'
import type { Caller } from './platform/caller.ts'

/** A client starts this and waits, so each way loads only what it needs. */
export async function serveMcp(config: Config, version: string, server?: { readonly url: string; readonly token: string }): Promise<void> {
  const warn = (line: string): void => void process.stderr.write(`${line}\n`)
  const { stdin: input, stdout: output } = process
  // What a library prints must not land between two messages.
  for (const method of ['log', 'info', 'debug'] as const) console[method] = console.error
  if (server) {
    const { relayMcpStdio } = await import('./mcp-server/stdio-relay.ts')
    await relayMcpStdio({ ...server, input, output, warn })
    return
  }
  const [{ openMillrace }, { serveMcpStdio }, { profileOf }] = await Promise.all([
    import('./compose.ts'),
    import('./mcp-server/stdio.ts'),
    import('./mcp-profile.ts'),
  ])
  const millrace = await openMillrace(config)
  try {
    await millrace.work()
    const caller: Caller = { ...millrace.platform.identity.owner('terminal'), kind: 'agent', channel: 'mcp' }
    await serveMcpStdio({ waist: millrace, caller, version, input, output, warn, profile: await profileOf(config, millrace) })
  } finally {
    await millrace.close()
  }
}
