/** For tests of AG-UI: the web server over a real orchestrator, and the person who opened its page. */
import type { Orchestrator } from '../../agents/chat.ts'
import type { TestMillrace } from '../../tools/testing.ts'
import { startWebServer, type WebServer } from './server.ts'

export interface TestPage {
  readonly server: WebServer
  /** Headers of the page's own requests. */
  readonly person: Record<string, string>
}

/** The server is the test's to close. */
export async function openPage(millrace: TestMillrace, orchestrator: Orchestrator): Promise<TestPage> {
  const place = { host: '127.0.0.1', port: 0, uiFolder: `${millrace.folder}/ui` } as const
  const server = await startWebServer({ waist: millrace, orchestrator, auth: 'local', terminalToken: 't', version: '0', ...place })
  const page = await fetch(server.url, { headers: { accept: 'text/html' } })
  return { server, person: { cookie: page.headers.getSetCookie()[0]?.split(';')[0] ?? '', origin: server.url } }
}
