/** Puts the rooms together: configuration in, one running Millrace out. */
import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Config } from './config.ts'
import type { ForeignServers } from './mcp-server/foreign/servers.ts'
import { openBlobFolder } from './platform/blobs.ts'
import type { Database } from './platform/database/database.ts'
import { openEmbedded } from './platform/database/embedded.ts'
import { type MigrationFolder, migrate } from './platform/database/migrate.ts'
import { openServer } from './platform/database/server.ts'
import { Fault } from './platform/fault.ts'
import { type FolderLock, lockFolder } from './platform/folder-lock.ts'
import { type OpenPlatform, openPlatform } from './platform/open.ts'
import { createLog } from './platform/telemetry/log.ts'
import type { Generator } from './rag/answers/generator.ts'
import { createAnswerStore } from './rag/answers/store.ts'
import { openEmbedders } from './rag/embedding/open.ts'
import { openReranker } from './rag/reranking/open.ts'
import type { InvokeParts } from './tools/admit.ts'
import { createCatalogue } from './tools/catalogue.ts'
import type { OpenCatalogue } from './tools/invocation.ts'
import { createInvoke } from './tools/invoke.ts'
import { defaultPolicy } from './tools/policy.ts'
import { loadPolicy } from './tools/policy-file.ts'
import type { ChatPort, EvalPort } from './tools/ports.ts'
import { createPerform } from './tools/run-calls.ts'
import type { Waist } from './tools/waist.ts'

const migrations: readonly MigrationFolder[] = ['platform', 'tools', 'ml', 'rag', 'agents'].map((room) => ({
  room,
  folder: join(import.meta.dirname, room, 'migrations'),
}))

export interface Millrace extends Waist {
  readonly platform: OpenPlatform
  readonly catalogue: OpenCatalogue
  /** Present when this process owns the data folder (the embedded database). */
  readonly lock: FolderLock | undefined
  /** Present when a file of MCP servers is configured. `work` begins to connect them and does not wait. */
  readonly foreign: ForeignServers | undefined
  /** Begins performing durable runs in this process. */
  work(): Promise<void>
  close(): Promise<void>
}

/** Throws `conflict` when another process owns the data folder. */
export async function openMillrace(config: Config, options: { readonly extraRoots?: readonly string[] } = {}): Promise<Millrace> {
  const log = createLog({ level: config.logLevel })
  const lock = config.databaseUrl === undefined ? await lockFolder(config.home) : undefined
  try {
    const db = await openDatabase(config)
    await migrate(db, migrations)
    const platform = await openPlatform({
      db,
      log,
      auth: config.auth,
      otlpEndpoint: config.otlpEndpoint,
      egressAllow: config.egressAllow,
      blobs: await openBlobFolder(config.blobs),
      allowedRoots: [...config.allowedRoots, ...(options.extraRoots ?? [])],
      closedPaths: [databaseFolder(config), config.blobs, terminalTokenFile(config), cardKeyFile(config)],
    })
    const embedders = openEmbedders(config.embedders, platform)
    const reranker = openReranker(config.reranker, platform)
    const generator = await generatorOf(config)
    const answers = createAnswerStore(platform)
    const catalogue = createCatalogue()
    const foreign = await foreignOf(config, { platform, catalogue })
    const parts: InvokeParts = {
      platform,
      catalogue,
      policy: config.agents.policyFile === undefined ? defaultPolicy : await loadPolicy(config.agents.policyFile),
      ports: {
        evals: evalsOf(config),
        chats: chatsOf(db),
        embedders,
        answers,
        ...(reranker ? { reranker } : {}),
        ...(generator ? { generator } : {}),
        ...(foreign ? { foreignServers: foreign } : {}),
      },
    }
    return {
      platform,
      lock,
      catalogue,
      invoke: createInvoke(parts),
      foreign,
      work: async () => {
        await platform.runs.work(createPerform(parts))
        foreign?.open().catch((error: unknown) => log.error({ error }, 'The foreign MCP servers were not opened.'))
      },
      close: async () => {
        await foreign?.close()
        await answers.flush()
        await platform.close()
        await embedders[Symbol.asyncDispose]()
        await reranker?.[Symbol.asyncDispose]?.()
        await lock?.release()
      },
    }
  } catch (error) {
    await lock?.release()
    throw error
  }
}

/** The hosted model for answers, where one is configured; only then are its libraries loaded. */
async function generatorOf({ model, agents }: Config): Promise<Generator | undefined> {
  if ([model.openaiKey, model.openaiBaseUrl, model.azureKey].every((setting) => setting === undefined)) return undefined
  const { createGenerator } = await import('./agents/generator.ts')
  return createGenerator(model, { maskPii: agents.maskPii })
}

/** Foreign MCP servers of the operator's file; without one nothing of them is loaded. */
async function foreignOf({ agents }: Config, ground: { readonly platform: OpenPlatform; readonly catalogue: OpenCatalogue }) {
  if (agents.mcpServersFile === undefined) return undefined
  const [{ readServersFile }, { createForeignServers }] = await Promise.all([
    import('./mcp-server/foreign/servers-file.ts'),
    import('./mcp-server/foreign/servers.ts'),
  ])
  return createForeignServers({ ...ground, servers: await readServersFile(agents.mcpServersFile), version: '1' })
}

/** For tools that work on conversations; the agents room is loaded when one asks. */
function chatsOf(db: Database): ChatPort {
  return {
    calls: async (thread, caller) => {
      const { openCheckpoints } = await import('./agents/checkpoints.ts')
      const { createChatPort } = await import('./agents/history.ts')
      return createChatPort(await openCheckpoints(db)).calls(thread, caller)
    },
  }
}

/** For the tool run_eval: a suite on a folder or file, never on the workspace's own data. */
function evalsOf(config: Config): EvalPort {
  return {
    run: async ({ suite: name, data, signal }) => {
      const { suites } = await import('./evals/suites.ts')
      const suite = suites[name]
      if (suite === undefined) throw new Fault('not_found', `There is no suite '${name}'. Known: ${Object.keys(suites).join(', ')}.`)
      const { noJournal } = await import('./evals/journal.ts')
      const { scratchOf, suiteRequest } = await import('./evaluate.ts')
      const scratch = scratchOf(config, inScratch)
      const report = await inScratch(config, [data], (waist) =>
        suite.run({
          ...suiteRequest(config, waist, { flags: { data }, scratch, signal, onProgress: () => undefined }),
          journal: noJournal,
        }),
      )
      return { metrics: { ...report.metrics }, cases: report.cases ?? [], verdict: report.verdict }
    },
  }
}

async function openDatabase(config: Config): Promise<Database> {
  if (config.databaseUrl !== undefined) return openServer(config.databaseUrl)
  const folder = databaseFolder(config)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  return openEmbedded({ folder })
}

/** The key by which a terminal on this machine proves it can read the data folder; made anew at each start. */
export async function writeTerminalToken(config: Config): Promise<string> {
  const token = randomBytes(32).toString('base64url')
  await mkdir(config.home, { recursive: true, mode: 0o700 })
  await writeFile(terminalTokenFile(config), token, { mode: 0o600 })
  return token
}

const databaseFolder = (config: Config): string => join(config.home, 'database')
/** Signs the agent card of this installation. */
export const cardKeyFile = (config: Config): string => join(config.home, 'agent-card-key.json')
const terminalTokenFile = (config: Config): string => join(config.home, 'terminal-token')

/** A Millrace of its own in a temporary folder, for evals: it never meets the data of a workspace. */
export async function inScratch<T>(
  config: Config,
  roots: readonly (string | undefined)[],
  work: (waist: Millrace) => Promise<T>,
  given: Partial<Config['agents']> = {},
): Promise<T> {
  const home = await mkdtemp(join(tmpdir(), 'millrace-eval-'))
  try {
    const agents = { ...config.agents, mcpServersFile: undefined, ...given }
    const scratch = { ...config, agents, home, blobs: join(home, 'blobs'), databaseUrl: undefined, auth: 'local' } as const
    const millrace = await openMillrace(scratch, { extraRoots: [home, ...roots.filter((root) => root !== undefined)] })
    try {
      await millrace.work()
      await millrace.foreign?.open()
      return await work(millrace)
    } finally {
      await millrace.close()
    }
  } finally {
    await rm(home, { recursive: true, force: true })
  }
}
