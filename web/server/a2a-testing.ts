/** For tests of A2A: the real server over the real waist, with a scripted chat. */
import { createA2a } from '../../agents/a2a/endpoint.ts'
import type { ChatEvent, ChatMessage, ChatRequest, Orchestrator } from '../../agents/chat.ts'
import type { Database } from '../../platform/database/database.ts'
import { openTestMillrace, type TestMillrace } from '../../tools/testing.ts'
import type { Tool } from '../../tools/tool.ts'
import { startWebServer, type WebServer } from './server.ts'
import { terminalToken } from './test-server.ts'

export type Script = (request: ChatRequest, millrace: TestMillrace) => AsyncIterable<ChatEvent>

export interface A2aServer {
  readonly url: string
  readonly millrace: TestMillrace
  readonly web: WebServer
  /** Every turn that was asked for. */
  readonly asked: ChatRequest[]
  close(): Promise<void>
}

export interface A2aTestOptions {
  readonly script: Script
  readonly history?: readonly ChatMessage[]
  /** The real one, made when there is a waist. */
  readonly orchestrator?: (millrace: TestMillrace) => Promise<Orchestrator>
  readonly db?: Database
  readonly auth?: 'local' | 'token'
  readonly tools?: readonly Tool[]
  readonly egressAllow?: readonly string[]
  /** Of an earlier server, whose database is used again. */
  readonly keyFile?: string
}

export async function openA2aServer(options: A2aTestOptions): Promise<A2aServer> {
  const { script, history = [], db, auth = 'local', tools = [], egressAllow } = options
  const ground = { ...(db === undefined ? {} : { db }), ...(egressAllow === undefined ? {} : { egressAllow }) }
  const millrace = await openTestMillrace({ tools, auth, ...ground })
  const asked: ChatRequest[] = []
  const scripted: Orchestrator = {
    async *chat(request) {
      asked.push(request)
      yield { type: 'started', turn: 't', model: 'script' }
      yield* script(request, millrace)
    },
    history: async () => history,
    threads: async () => [],
  }
  const orchestrator = (await options.orchestrator?.(millrace)) ?? scripted
  const keyFile = options.keyFile ?? `${millrace.folder}/card-key.json`
  const web = await startWebServer({
    ...{
      waist: millrace,
      orchestrator,
      auth,
      terminalToken,
      host: '127.0.0.1',
      port: 0,
      version: '1.2.3',
      uiFolder: `${millrace.folder}/ui`,
    },
    a2a: (url) =>
      createA2a({
        waist: millrace,
        orchestrator,
        url,
        keyFile,
        version: '1.2.3',
        needsToken: auth === 'token',
        lookMs: 50,
        waitsMs: [10, 10],
      }),
  })
  return {
    url: web.url,
    millrace,
    web,
    asked,
    close: async () => {
      await web.close()
      await millrace.close()
    },
  }
}
