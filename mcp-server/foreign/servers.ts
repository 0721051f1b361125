/** The foreign MCP servers of the operator's file, joined to the catalogue as tools: a door with a list, a lock on every word, and a bell. */
import type { Caller } from '../../platform/caller.ts'
import { Fault } from '../../platform/fault.ts'
import type { Platform } from '../../platform/platform.ts'
import type { OpenCatalogue } from '../../tools/invocation.ts'
import type { ForeignServersPort } from '../../tools/ports.ts'
import { openConnection } from './connection.ts'
import { createJoinedServer, type JoinedServer } from './joined-server.ts'
import { createPins } from './pins.ts'
import type { ServerSpec } from './servers-file.ts'

export interface ForeignServers extends ForeignServersPort {
  /** Begins to connect to all of them; resolves when each has been tried once, or after `patienceMs`. Nothing need wait for it. */
  open(patienceMs?: number): Promise<void>
  close(): Promise<void>
}

export interface ForeignServersOptions {
  readonly platform: Pick<Platform, 'db' | 'egress' | 'log' | 'audit' | 'now' | 'newId'>
  readonly catalogue: OpenCatalogue
  readonly servers: readonly ServerSpec[]
  readonly version: string
  /** For tests. */
  readonly connectMs?: number
  readonly firstWaitMs?: number
  readonly relistMs?: number
}

/** Servers that cannot say that their list changed are asked this often; so is the database whether a person accepted it elsewhere. */
const relistEveryMs = 300_000

export function createForeignServers(options: ForeignServersOptions): ForeignServers {
  const { platform, servers, relistMs = relistEveryMs } = options
  const pins = createPins(platform.db, platform.now)
  const joined = new Map(servers.map((spec) => [spec.name, joinedServer(options, spec, pins)]))
  let timer: NodeJS.Timeout | undefined
  const named = (server: string): JoinedServer => {
    const found = joined.get(server)
    if (found) return found
    throw new Fault('not_found', `There is no MCP server '${server.slice(0, 80)}'. Known: ${[...joined.keys()].join(', ') || 'none'}.`)
  }
  let opening: Promise<unknown> | undefined
  const begin = (): Promise<unknown> => {
    timer = setInterval(() => {
      for (const server of joined.values()) void server.refresh()
    }, relistMs).unref()
    return Promise.all([...joined.values()].map((server) => server.start()))
  }
  return {
    open: async (patienceMs) => {
      opening ??= begin()
      await (patienceMs === undefined ? opening : Promise.race([opening, passed(patienceMs)]))
    },
    list: () => [...joined.values()].map((server) => server.view()),
    accept: async (tx, { server, hash, by }) => {
      const accepted = named(server).pinsFor(hash)
      await pins.accept(tx, { server, pins: accepted, by })
      return accepted.map(({ tool }) => tool)
    },
    refresh: async (server) => {
      await (server === undefined ? Promise.all([...joined.values()].map((one) => one.refresh())) : named(server).refresh())
    },
    close: async () => {
      clearInterval(timer)
      await Promise.all([...joined.values()].map((server) => server.close()))
    },
  }
}

const passed = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms).unref())

function joinedServer(options: ForeignServersOptions, spec: ServerSpec, pins: ReturnType<typeof createPins>): JoinedServer {
  const { platform, catalogue, version, connectMs, firstWaitMs } = options
  const { log, audit, newId, egress } = platform
  const limits = connectMs === undefined ? {} : { connectMs }
  return createJoinedServer({
    spec,
    pins,
    connect: (hooks) => openConnection(spec, { egress, version, ...limits, ...hooks }),
    join: (tools) => catalogue.join(`mcp:${spec.name}`, tools),
    onWithheld: (tools, hash) => {
      const what = tools.map(({ tool, state }) => `${tool} (${state})`)
      log.warn({ server: spec.name, tools: what, hash }, 'A foreign MCP server changed what it offers; the changed tools are withheld.')
      audit.later({
        call: newId('mcp'),
        tool: 'trust_mcp_server',
        effect: 'change',
        caller: system,
        outcome: 'withheld',
        digest: hash,
        detail: { server: spec.name, tools: what },
      })
    },
    onTrouble: (why) => log.warn({ server: spec.name, why }, 'A foreign MCP server cannot be used.'),
    firstWaitMs,
  })
}

/** Who withholds: nobody called. */
const system: Caller = { id: 'system:mcp', name: 'Millrace', kind: 'automation', role: 'viewer', workspace: 'default', channel: 'run' }
