/** The fixtures of the MCP conformance suite, where the operator wants them served; else nothing of them is loaded. */
import type { Config } from './config.ts'
import type { OpenCatalogue } from './tools/invocation.ts'

/** For `MILLRACE_MCP_PROFILE=conformance`. */
export async function profileOf({ agents }: Pick<Config, 'agents'>, { catalogue }: { readonly catalogue: OpenCatalogue }) {
  if (agents.mcpProfile !== 'conformance') return undefined
  const { conformanceProfile } = await import('./mcp-server/conformance/profile.ts')
  return conformanceProfile(catalogue)
}
