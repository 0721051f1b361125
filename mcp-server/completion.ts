/** `completion/complete`: values for an argument of a prompt or a variable of a resource URI, from the workspace's names. */
import { type CompleteResult, ProtocolError, ProtocolErrorCode, type Server, type ServerContext } from '@modelcontextprotocol/server'
import { asFault } from '../platform/fault.ts'
import { type NameSource, namesLike } from './names.ts'
import { promptNamed } from './prompts.ts'
import { createReader } from './resource-kind.ts'
import { kindsFor } from './resources.ts'
import type { Surface } from './surface.ts'

/** The protocol's own limit. */
const most = 100

interface Asked {
  readonly ref: { readonly type: 'ref/prompt'; readonly name: string } | { readonly type: 'ref/resource'; readonly uri: string }
  readonly argument: { readonly name: string; readonly value: string }
  readonly context?: { readonly arguments?: Readonly<Record<string, string>> | undefined } | undefined
}

export function addCompletion(server: Server, surfaceOf: (context: ServerContext) => Surface): void {
  server.setRequestHandler('completion/complete', async ({ params }, context) =>
    complete(surfaceOf(context), params, context.mcpReq.signal),
  )
}

async function complete(surface: Surface, { ref, argument, context }: Asked, signal: AbortSignal): Promise<CompleteResult> {
  const source = ref.type === 'ref/prompt' ? ofPrompt(surface, ref.name, argument.name) : ofResource(surface, ref.uri, argument.name)
  const values = source === undefined ? [] : await found(surface, source, { argument, context, signal })
  return { completion: { values: values.slice(0, most), total: values.length, hasMore: values.length > most } }
}

async function found(
  surface: Surface,
  source: NameSource,
  { argument, context, signal }: Pick<Asked, 'argument' | 'context'> & { readonly signal: AbortSignal },
): Promise<readonly string[]> {
  try {
    return await namesLike(createReader(surface, signal), source, { typed: argument.value, known: context?.arguments ?? {} })
  } catch (error) {
    const { code, message } = asFault(error)
    // What cannot be looked up, such as the columns of a dataset that does not exist, has no completions.
    if (code === 'not_found' || code === 'invalid_input' || code === 'not_allowed') return []
    throw new ProtocolError(ProtocolErrorCode.InternalError, message)
  }
}

function ofPrompt(surface: Surface, name: string, argument: string): NameSource | undefined {
  const prompt = promptNamed(surface, name)
  const known = prompt.arguments.find((one) => one.name === argument)
  if (known) return known.from
  throw new ProtocolError(ProtocolErrorCode.InvalidParams, `The prompt ${name} has no argument '${argument.slice(0, 80)}'.`)
}

/** The variables of a kind are called like what they name; a report's is the id of its run. */
function ofResource(surface: Surface, uri: string, variable: string): NameSource | undefined {
  const kind = kindsFor(surface).find((one) => one.uri === uri)
  if (kind === undefined) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `There is no resource template '${uri.slice(0, 200)}'.`)
  if (kind.name === 'report') return 'report'
  return variables.find((known) => known === variable && uri.includes(`{${variable}}`))
}

const variables: readonly NameSource[] = ['dataset', 'model', 'run', 'collection', 'document']
