/** A whole Millrace in a folder of its own, served on a free port, for benchmarks. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Orchestrator } from '../agents/chat.ts'
import { type Millrace, openMillrace } from '../compose.ts'
import { readConfig } from '../config.ts'
import { startWebServer, type WebServer } from '../web/server/server.ts'

export interface BenchServer extends WebServer {
  readonly millrace: Millrace
  /** Files in it may be named in calls. */
  readonly folder: string
}

export async function openBenchServer(
  orchestrate: (millrace: Millrace) => Promise<Orchestrator> = async () => noChat,
): Promise<BenchServer> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-bench-'))
  const config = readConfig({ MILLRACE_HOME: join(folder, 'home'), MILLRACE_LOG: 'error' }, folder)
  const millrace = await openMillrace(config)
  await millrace.work()
  const web = await startWebServer({
    waist: millrace,
    orchestrator: await orchestrate(millrace),
    host: '127.0.0.1',
    port: 0,
    auth: 'local',
    uiFolder: join(folder, 'no-page'),
    terminalToken: '',
    version: 'bench',
  })
  return {
    url: web.url,
    millrace,
    folder,
    close: async () => {
      await web.close()
      await millrace.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const noChat: Orchestrator = {
  chat: async function* () {
    yield { type: 'failed', code: 'unavailable', message: 'This benchmark has no chat.' }
  },
  history: async () => [],
  threads: async () => [],
}
