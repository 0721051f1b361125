/**
 * What MCP costs beside the SDK's bare server: an echo over HTTP (2026-07-28) and over stdio (2025), and the same call
 * where the catalogue holds one tool or sixty. Bars: 1.3x, 1.3x, and 1.1x for sixty against one.
 */
import { createServer } from 'node:http'
import { Worker } from 'node:worker_threads'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler } from '@modelcontextprotocol/server'
import { z } from 'zod'
import type { Orchestrator } from '../agents/chat.ts'
import { approvalPages } from '../mcp-server/approval-link.ts'
import { createMcpHttp } from '../mcp-server/http.ts'
import { createCatalogue } from '../tools/catalogue.ts'
import { createInvoke } from '../tools/invoke.ts'
import { defaultPolicy } from '../tools/policy.ts'
import type { Tool } from '../tools/tool.ts'
import type { Waist } from '../tools/waist.ts'
import { listen } from '../web/server/listen.ts'
import { startWebServer } from '../web/server/server.ts'
import { inTemporaryFolder, openGround } from './ground.ts'
import { rounded, summary } from './latency.ts'
import { bareServer, echoTool } from './mcp/echo.ts'
import { timeStdio } from './mcp/stdio.ts'

/**
 * Blocks with a breath after each: a client calls, then thinks. Without it thousands of calls a second keep the database
 * writing audit rows and spans beside the calls, and two cores measure that.
 */
const size = { rounds: 40, calls: 75, warmUp: 3000, breathMs: 250 }

export async function benchMcp(): Promise<Readonly<Record<string, unknown>>> {
  const http = await inTemporaryFolder(timeHttp)
  console.error('Over stdio …')
  const stdio = await timeStdio(size)
  const of = (times: Readonly<Record<string, readonly number[]>>, name: string) => summary(times[name] ?? [])
  const ratio = (times: Readonly<Record<string, readonly number[]>>, one: string, other: string): number =>
    rounded(of(times, one).p50_ms / of(times, other).p50_ms)
  const ratios = { http: ratio(http, 'ours', 'bare'), stdio: ratio(stdio, 'ours', 'bare'), sixty_tools: ratio(http, 'sixty', 'one') }
  return {
    http: { bare: of(http, 'bare'), ours: of(http, 'ours'), one_tool: of(http, 'one'), sixty_tools: of(http, 'sixty') },
    stdio: { bare: of(stdio, 'bare'), ours: of(stdio, 'ours') },
    p50_ratio: ratios,
    bar: 'http and stdio at most 1.3, sixty tools against one at most 1.1',
    passed: ratios.http <= 1.3 && ratios.stdio <= 1.3 && ratios.sixty_tools <= 1.1,
  }
}

async function timeHttp(folder: string): Promise<Record<string, number[]>> {
  const { millrace, close } = await openGround({ folder })
  millrace.catalogue.join('bench', [echoTool()])
  const others = Array.from({ length: 59 }, (_, index) => echoTool(`other_${index + 1}`))
  const servers = await Promise.all([
    openBare(),
    openOurs(millrace),
    openOurs(waistOf(millrace, [echoTool()])),
    openOurs(waistOf(millrace, [echoTool(), ...others])),
  ])
  try {
    const [bare = '', ours = '', one = '', sixty = ''] = servers.map(({ url }) => `${url}/mcp`)
    return await measure({ bare, ours, one, sixty })
  } finally {
    for (const server of servers) await server.close()
    await close()
  }
}

/** The same platform with other tools. */
function waistOf({ platform }: Waist, tools: readonly Tool[]): Waist {
  const catalogue = createCatalogue(tools)
  return { platform, catalogue, invoke: createInvoke({ platform, catalogue, policy: defaultPolicy, ports: {} }) }
}

interface Served {
  readonly url: string
  close(): Promise<void>
}

/** As the SDK's documentation mounts it on Node. */
async function openBare(): Promise<Served> {
  const handle = toNodeHandler(createMcpHandler(bareServer))
  const server = createServer((req, res) => {
    const { method = 'GET', url = '/', headers } = req
    void handle({ method, url, headers, [Symbol.asyncIterator]: () => req[Symbol.asyncIterator]() }, res)
  })
  const { url } = await listen(server, { host: '127.0.0.1', port: 0 })
  return {
    url,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** The whole web server, guards and caller included. */
function openOurs(waist: Waist): Promise<Served> {
  return startWebServer({
    waist,
    orchestrator: noChat,
    host: '127.0.0.1',
    port: 0,
    auth: 'local',
    uiFolder: 'no-page',
    terminalToken: '',
    version: 'bench',
    mcp: createMcpHttp({ waist, version: 'bench', approvals: approvalPages(() => 'http://127.0.0.1') }),
  })
}

async function measure(urls: Readonly<Record<string, string>>): Promise<Record<string, number[]>> {
  const worker = new Worker(new URL('./mcp/http.worker.ts', import.meta.url), { workerData: { urls, ...size } })
  const message = await new Promise((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })
  return z.record(z.string(), z.array(z.number())).parse(message)
}

const noChat: Orchestrator = {
  chat: async function* () {
    yield { type: 'failed', code: 'unavailable', message: 'This benchmark has no chat.' }
  },
  history: async () => [],
  threads: async () => [],
}
