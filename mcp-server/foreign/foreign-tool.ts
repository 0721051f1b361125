/** A foreign tool as one of ours: its words between quotes, its results untrusted, its effect what the operator says. */

import { z } from 'zod'
import { readTarget } from '../../platform/egress/target.ts'
import { Fault } from '../../platform/fault.ts'
import { type Context, defineTool, type Effect, type Tool, type ToolResult } from '../../tools/tool.ts'
import { plainWords } from './foreign-text.ts'
import type { Offer } from './offer.ts'
import { hiderOf } from './own-secrets.ts'
import { type Answer, resultOf } from './result.ts'
import { checkOf, shownSchema } from './schema.ts'
import type { ServerSpec } from './servers-file.ts'

export type Send = (offer: Offer, input: Readonly<Record<string, unknown>>, context: Context) => Promise<Answer>

const longestDescription = 1_200

const output = z.strictObject({
  text: z.string().describe('What the tool answered in words. Text of a foreign server.'),
  structured: z.record(z.string(), z.unknown()).optional().describe('Its answer as data, where it gives such.'),
  dropped: z.array(z.string()).optional().describe('What was left out: pictures, sound, text beyond the limit.'),
})

export function foreignTool(spec: ServerSpec, offer: Offer, { name, send }: { readonly name: string; readonly send: Send }): Tool {
  const shown = shownSchema(offer.inputSchema)
  const effect = effectOf(spec, offer)
  const call = async (input: Readonly<Record<string, unknown>>, context: Context): Promise<ToolResult<z.input<typeof output>>> => {
    if (effect === 'read') return resultIn(name, spec, await send(offer, input, context))
    await once(name, spec, context)
    const result = resultIn(name, spec, await send(offer, input, context))
    return context.commit(async () => result)
  }
  return defineTool({
    name,
    title: `${plainWords(offer.title ?? offer.name, 80)} (${plainWords(spec.name, 40)})`,
    description: describe(spec, offer),
    input: checkOf(shown),
    output,
    effect,
    ...(effect === 'egress' && spec.kind === 'http' ? { targetOf: () => readTarget(spec.url) } : {}),
    role: 'builder',
    untrusted: true,
    foreign: { server: spec.name, trustedWords: spec.trustDescriptions, input: shown },
    examples: [],
    run: (input, context) => call(recordOf(input), context),
  })
}

/** What the server's own annotations say never counts. */
const effectOf = ({ effects }: ServerSpec, { name }: Offer): Effect =>
  (Object.hasOwn(effects, name) ? effects[name] : undefined) ?? 'egress'

/** The frame says whose words these are, and is longer than what `defineTool` asks for. */
function describe({ name, trustDescriptions }: ServerSpec, { name: tool, description = '' }: Offer): string {
  const words = plainWords(description, longestDescription) || plainWords(tool, 100)
  const server = plainWords(name, 40)
  return trustDescriptions
    ? `${words} Runs on the MCP server ${server}, outside of Millrace.`
    : `A tool of the foreign MCP server ${server}, which describes it so (its words, nobody checked them): «${words.replaceAll('»', '"')}»`
}

const resultIn = (tool: string, spec: ServerSpec, answer: Answer): ToolResult<z.input<typeof output>> => {
  const { content, data } = resultOf(tool, `the MCP server '${spec.name}'`, answer, hiderOf(spec))
  return { content, data: output.parse(data) }
}

/**
 * A call that is delivered again after a crash is not sent again: whether the first one arrived is not known, and a foreign
 * server need not heed our key.
 */
async function once(tool: string, { name }: ServerSpec, context: Context): Promise<void> {
  let first = false
  await context.step('sent', async () => {
    first = true
    return true
  })
  if (first) return
  const words = `${tool} was sent to MCP server '${name}' before this process was interrupted, and whether it was done is not known.`
  throw new Fault('conflict', `${words} Look there, then call it anew if it was not.`)
}

function recordOf(input: unknown): Readonly<Record<string, unknown>> {
  if (typeof input === 'object' && input !== null && !Array.isArray(input)) return { ...input }
  throw new Fault('invalid_input', 'A foreign tool takes an object of named values.')
}
