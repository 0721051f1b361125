/** `millrace serve` and `millrace worker`: open the rooms, answer until a signal comes, close in order. */
import { join } from 'node:path'
import { createA2a } from './agents/a2a/endpoint.ts'
import { chooseModel } from './agents/models.ts'
import { createOrchestrator } from './agents/orchestrator.ts'
import { cardKeyFile, type Millrace, openMillrace, writeTerminalToken } from './compose.ts'
import type { Config } from './config.ts'
import { profileOf } from './mcp-profile.ts'
import { approvalPages } from './mcp-server/approval-link.ts'
import { createMcpHttp } from './mcp-server/http.ts'
import { embedderName } from './rag/embedding/open.ts'
import { sampleFolder, seedSample } from './sample.ts'
import { startWebServer } from './web/server/server.ts'

export interface Running {
  readonly url: string
  readonly millrace: Millrace
  close(): Promise<void>
}

/** Resolves when every endpoint answers. A first start has the sample data sets and documents in by then. */
export async function startServer(config: Config, version: string): Promise<Running> {
  const millrace = await openMillrace(config, { extraRoots: [sampleFolder] })
  try {
    const { platform } = millrace
    const terminalToken = await writeTerminalToken(config)
    await millrace.work()
    const orchestrator = await createOrchestrator({ waist: millrace, model: config.model, ...config.agents })
    let origin = `http://${config.host}:${config.port}`
    const mcp = createMcpHttp({
      waist: millrace,
      version,
      approvals: approvalPages(() => config.agents.publicUrl ?? origin),
      profile: await profileOf(config, millrace),
    })
    const server = await startWebServer({
      waist: millrace,
      orchestrator,
      host: config.host,
      port: config.port,
      auth: config.auth,
      uiFolder: join(import.meta.dirname, 'web/ui/dist'),
      terminalToken,
      version,
      budget: config.agents.budget,
      ...(config.allowedHosts.length > 0 ? { allowedHosts: config.allowedHosts } : {}),
      mcp,
      a2a: (url) =>
        createA2a({
          waist: millrace,
          orchestrator,
          url,
          version,
          needsToken: config.auth === 'token',
          oauthIssuer: config.agents.oauth?.issuer,
          keyFile: cardKeyFile(config),
        }),
      ...(config.agents.publicUrl === undefined ? {} : { publicUrl: config.agents.publicUrl }),
      oauth: config.agents.oauth,
      models: { chat: chooseModel(config.model).name, embedding: embedderName(config.embedders.choice) },
    })
    origin = server.url
    millrace.lock?.announce(server.url)
    await seedSample(millrace)
    platform.log.info({ url: server.url }, 'Millrace serves.')
    orchestrator.recover().catch((error: unknown) => platform.log.warn({ error }, 'Turns that a restart cut off could not be looked for.'))
    return {
      url: server.url,
      millrace,
      close: async () => {
        await server.close()
        await orchestrator.close()
        await millrace.close()
      },
    }
  } catch (error) {
    await millrace.close()
    throw error
  }
}

/** Resolves with the exit code after a signal: 0 for SIGTERM, 130 for an interrupt. */
export function untilSignal(): Promise<number> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve(130))
    process.once('SIGTERM', () => resolve(0))
  })
}
