/** The command table: configuration in, one command, an exit code out. Each command imports only the rooms it needs. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ChatSource } from './cli/chat.ts'
import { exitCodeOf } from './cli/exit-codes.ts'
import { type Io, terminalIo } from './cli/io.ts'
import type { TokenStore } from './cli/token.ts'
import type { ToolClient } from './cli/tool-client.ts'
import type { Millrace } from './compose.ts'
import { type Config, readConfig } from './config.ts'
import { asFault, Fault } from './platform/fault.ts'
import { folderOwner, requireFree } from './platform/folder-lock.ts'

interface Command {
  readonly config: Config
  readonly argv: readonly string[]
  readonly io: Io
}

type Run = (command: Command) => Promise<number>

const commands: Readonly<Record<string, Run>> = {
  serve: async ({ config, io }) => {
    if (config.databaseUrl === undefined) await requireFree(config.home)
    const { startServer, untilSignal } = await import('./serve.ts')
    const signal = untilSignal()
    const { url, close } = await startServer(config, await version())
    io.out(`Millrace ready: ${url}\n`)
    const code = await signal
    await close()
    return code
  },
  worker: async ({ config, io }) => {
    if (config.databaseUrl === undefined)
      throw new Fault('usage', 'A worker shares a Postgres server with others. Set DATABASE_URL; without it `serve` does the work itself.')
    const { untilSignal } = await import('./serve.ts')
    const signal = untilSignal()
    const millrace = await open(config)
    io.out('Millrace worker ready.\n')
    const code = await signal
    await millrace.close()
    return code
  },
  mcp: async ({ config }) => {
    const { serveMcp } = await import('./serve-mcp.ts')
    const owner = await folderOwner(config.home)
    await serveMcp(config, await version(), owner?.url === undefined ? undefined : { url: owner.url, token: await terminalToken(config) })
    return 0
  },
  doctor: async ({ config, io, argv }) => {
    const { retrievalChecks } = await import('./retrieval-checks.ts')
    const more = {
      ...retrievalChecks,
      'mcp servers': async (given: Config) => (await import('./mcp-server/foreign/doctor.ts')).checkServers(given.agents.mcpServersFile),
    }
    return (await import('./cli/doctor.ts')).runDoctor({ config, io, argv, version: await version(), more })
  },
  init: async ({ argv, io }) => (await import('./cli/init.ts')).runInit({ argv, io }),
  chat: async (command) =>
    reach(command, async ({ client, chat }) => {
      const { runChat } = await import('./cli/chat.ts')
      const { newId } = await import('./platform/id.ts')
      return runChat({ ...command, client, source: await chat(), newThread: () => newId('thread') })
    }),
  token: async (command) =>
    reach(command, async ({ tokens }) => (await import('./cli/token.ts')).runToken({ ...command, tokens: await tokens() })),
  audit: async (command) => reach(command, async ({ client }) => (await import('./cli/audit-verify.ts')).runAudit({ ...command, client })),
  docs: async () => {
    const { generateToolReference } = await import('./cli/docs.ts')
    const { describedTools } = await import('./cli/tool-words.ts')
    await writeFile(join(import.meta.dirname, 'docs/tools.md'), generateToolReference(describedTools()))
    return 0
  },
  approvals: async (command) => {
    const { takeWorkspace } = await import('./cli/workspace-flag.ts')
    const { argv, workspace } = takeWorkspace(command.argv)
    const { runApprovals } = await import('./cli/approvals.ts')
    return reach({ ...command, workspace }, async ({ client }) => runApprovals({ ...command, argv, client }))
  },
  help: async ({ io }) => (await import('./cli/tool-words.ts')).printGeneralHelp(io),
  eval: async ({ config, argv, io }) => {
    const { readEval, printReport, tellGate } = await import('./cli/eval.ts')
    const { suites } = await import('./evals/suites.ts')
    const { html, ...command } = readEval(argv, suites)
    const { inScratch } = await import('./compose.ts')
    const { scratchOf, suiteRequest } = await import('./evaluate.ts')
    const { runEval } = await import('./evals/run.ts')
    const report = await inScratch(config, Object.values(command.flags), (waist) =>
      runEval({
        ...command,
        id: command.id ?? `${command.name}-${new Date().toISOString().replace(/[-:]/g, '').slice(0, 15)}`,
        folder: join(config.home, 'evals'),
        request: suiteRequest(config, waist, {
          flags: command.flags,
          scratch: scratchOf(config, inScratch),
          signal: io.signal,
          onProgress: (line) => void (io.progress && io.err(`${line}\n`)),
        }),
      }),
    )
    if (html !== undefined) await writeFile(html, (await import('./evals/page.ts')).reportPage(report))
    printReport(report, { ...command, io })
    return tellGate(report, { ...command, io })
  },
  demo: async (command) => {
    const { readDemoFiles, tellDemo } = await import('./cli/demo-command.ts')
    const files = readDemoFiles(command.argv)
    return reach(command, ({ client }) => tellDemo(files, { client, io: command.io }), files.folders)
  },
}

/** Sets the exit code; an error is one sentence on standard error. */
export async function main(argv: readonly string[]): Promise<void> {
  const io = terminalIo()
  try {
    process.exitCode = await dispatch(argv, io)
  } catch (error) {
    const fault = asFault(error)
    io.err(`${fault.message}\n`)
    if (fault.code === 'internal') io.err(`${error instanceof Error ? error.stack : String(error)}\n`)
    process.exitCode = exitCodeOf(fault)
  }
  // Threads of libraries may linger; everything that matters is closed, and goes out before the end.
  process.stdout.write('', () => process.exit())
}

async function dispatch([name = 'help', ...argv]: readonly string[], io: Io): Promise<number> {
  if (name === '--version' || name === '-v') {
    io.out(`${await version()}\n`)
    return 0
  }
  const command = { config: readConfig(process.env), argv, io }
  const run = commands[name === '--help' || name === '-h' ? 'help' : name]
  const wantsHelp = argv.includes('--help') || argv.includes('-h')
  const help = wantsHelp ? (await import('./cli/help.ts')).commandHelp(name) : undefined
  if (help !== undefined) {
    io.out(help)
    return 0
  }
  if (run) return run(command)
  if (wantsHelp) return (await import('./cli/tool-words.ts')).printToolHelp(name, io)
  // A misspelt name is said before a database is opened or made for it. Tools of foreign servers are known only then.
  if (command.config.agents.mcpServersFile === undefined && (await serverUrl(command.config)) === undefined)
    (await import('./cli/tool-words.ts')).requireTool(name)
  const { runToolCommand } = await import('./cli/run-tool.ts')
  const { takeWorkspace } = await import('./cli/workspace-flag.ts')
  const { argv: words, workspace } = takeWorkspace(argv)
  return reach({ ...command, workspace }, ({ client }) => runToolCommand({ name, argv: words, client, io }))
}

/** Which Millrace a command means, and which workspace of it: the terminal's own where none is named. */
type Meant = Pick<Command, 'config'> & { readonly workspace?: string | undefined }

/** Millrace as a command sees it: a running server when there is one, else this process, which then owns the data folder. */
interface Reached {
  readonly client: ToolClient
  readonly chat: () => Promise<ChatSource>
  readonly tokens: () => Promise<TokenStore>
}

async function reach<T>(meant: Meant, work: (reached: Reached) => Promise<T>, extraRoots: readonly string[] = []): Promise<T> {
  const url = await serverUrl(meant.config)
  return url === undefined ? reachHere(meant, work, extraRoots) : reachServer(meant, url, work)
}

/** Where the process that owns the data folder serves, if there is one. */
async function serverUrl(config: Config): Promise<string | undefined> {
  return config.databaseUrl === undefined ? (await folderOwner(config.home))?.url : undefined
}

async function reachServer<T>({ config, workspace }: Meant, url: string, work: (reached: Reached) => Promise<T>): Promise<T> {
  const { remoteClient } = await import('./cli/remote-client.ts')
  const address = { url, token: await terminalToken(config), workspace }
  return work({
    client: remoteClient(address),
    chat: async () => (await import('./cli/remote-chat.ts')).remoteChat(address),
    tokens: async () => (await import('./cli/token.ts')).remoteTokens(address),
  })
}

async function reachHere<T>(
  { config, workspace }: Meant,
  work: (reached: Reached) => Promise<T>,
  extraRoots: readonly string[],
): Promise<T> {
  const millrace = await open(config, extraRoots)
  const installed = millrace.platform.identity.owner('terminal')
  const owner = workspace === undefined ? installed : { ...installed, workspace }
  try {
    // One command and it is over: it waits a little for the foreign servers.
    await millrace.foreign?.open(5_000)
    const { localClient } = await import('./cli/local-client.ts')
    return await work({
      client: localClient(millrace, owner),
      chat: async () => {
        const { createOrchestrator } = await import('./agents/orchestrator.ts')
        const { localChat } = await import('./cli/remote-chat.ts')
        return localChat(await createOrchestrator({ waist: millrace, model: config.model, ...config.agents }), owner)
      },
      tokens: async () =>
        (await import('./cli/token.ts')).localTokens(millrace.platform.identity, {
          workspace: owner.workspace,
          now: millrace.platform.now,
        }),
    })
  } finally {
    await millrace.close()
  }
}

async function open(config: Config, extraRoots: readonly string[] = []): Promise<Millrace> {
  const { openMillrace } = await import('./compose.ts')
  const millrace = await openMillrace(config, { extraRoots })
  await millrace.work()
  return millrace
}

async function terminalToken(config: Config): Promise<string> {
  return readFile(join(config.home, 'terminal-token'), 'utf8').catch(() => {
    throw new Fault('not_allowed', `The running server's terminal token in ${config.home} cannot be read. Use the account that started it.`)
  })
}

async function version(): Promise<string> {
  const { version: current } = JSON.parse(await readFile(join(import.meta.dirname, 'package.json'), 'utf8'))
  return String(current)
}
