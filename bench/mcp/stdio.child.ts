/** One MCP server over stdin and stdout: `bare` is the SDK's, `ours` owns a data folder of its own. */
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { serveMcpStdio } from '../../mcp-server/stdio.ts'
import { inTemporaryFolder, openGround } from '../ground.ts'
import { bareServer, echoTool } from './echo.ts'

if (process.argv[2] === 'bare') serveStdio(bareServer)
else
  await inTemporaryFolder(async (folder) => {
    const { millrace, owner, close } = await openGround({ folder })
    millrace.catalogue.join('bench', [echoTool()])
    const { stdin: input, stdout: output } = process
    const warn = (line: string): void => void process.stderr.write(`${line}\n`)
    await serveMcpStdio({ waist: millrace, caller: { ...owner, kind: 'agent', channel: 'mcp' }, version: 'bench', input, output, warn })
    await close()
  })
