/** `prompts/*`: the jobs whose tools the caller may call. */
import {
  type GetPromptResult,
  type InputRequiredResult,
  type Prompt,
  ProtocolError,
  ProtocolErrorCode,
  type Server,
  type ServerContext,
} from '@modelcontextprotocol/server'
import { jobs } from './jobs.ts'
import type { PromptJob } from './prompt.ts'
import type { Surface } from './surface.ts'
import { mayCall } from './tool-listing.ts'

export function addPrompts(server: Server, surfaceOf: (context: ServerContext) => Surface): void {
  server.setRequestHandler('prompts/list', async (_request, context) => ({ prompts: promptsFor(surfaceOf(context)).map(listing) }))
  server.setRequestHandler('prompts/get', async ({ params }, context) =>
    render(promptNamed(surfaceOf(context), params.name), params.arguments ?? {}, context),
  )
}

/** Throws a ProtocolError naming what there is. */
export function promptNamed(surface: Surface, name: string): PromptJob {
  const prompts = promptsFor(surface)
  const found = prompts.find((prompt) => prompt.name === name)
  if (found) return found
  const known = prompts.map((prompt) => prompt.name).join(', ')
  throw new ProtocolError(ProtocolErrorCode.InvalidParams, `There is no prompt '${name.slice(0, 80)}'. There are: ${known}.`)
}

function promptsFor({ waist, caller, profile }: Surface): readonly PromptJob[] {
  const callable = new Set(waist.catalogue.list().flatMap((tool) => (mayCall(caller, tool) ? [tool.name] : [])))
  return [...(profile?.prompts ?? []), ...jobs.filter(({ through }) => through.every((tool) => callable.has(tool)))]
}

function listing({ name, title, description, arguments: given }: PromptJob): Prompt {
  return { name, title, description, arguments: given.map(({ from: _, ...argument }) => argument) }
}

function render(prompt: PromptJob, args: Readonly<Record<string, string>>, context: ServerContext): GetPromptResult | InputRequiredResult {
  const missing = prompt.arguments.filter(({ name, required }) => required && (args[name] ?? '') === '').map(({ name }) => name)
  if (missing.length > 0)
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, `The prompt ${prompt.name} needs ${missing.join(' and ')}.`)
  const rendered = prompt.render(args, context)
  return 'messages' in rendered ? { description: prompt.description, ...rendered } : rendered
}
