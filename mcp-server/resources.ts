/** `resources/*`: listed page by page over all kinds, read by URI; what cannot be read by this caller does not exist. */
import {
  type ListResourcesResult,
  type ListResourceTemplatesResult,
  ProtocolError,
  ProtocolErrorCode,
  type ReadResourceResult,
  ResourceNotFoundError,
  type Server,
  type ServerContext,
} from '@modelcontextprotocol/server'
import { asFault } from '../platform/fault.ts'
import { createReader, type ResourceKind } from './resource-kind.ts'
import { resourceKinds } from './resource-kinds.ts'
import type { Surface } from './surface.ts'
import { mayCall } from './tool-listing.ts'
import { readUri } from './uri-pattern.ts'

const pageSize = 100

export function addResources(server: Server, surfaceOf: (context: ServerContext) => Surface): void {
  server.setRequestHandler('resources/list', async ({ params }, context) =>
    listResources(surfaceOf(context), params?.cursor, context.mcpReq.signal),
  )
  server.setRequestHandler('resources/templates/list', async (_request, context) => listTemplates(surfaceOf(context)))
  server.setRequestHandler('resources/read', async ({ params }, context) =>
    readResource(surfaceOf(context), params.uri, context.mcpReq.signal),
  )
}

/** Throws ResourceNotFoundError. */
export async function readResource(surface: Surface, uri: string, signal: AbortSignal): Promise<ReadResourceResult> {
  for (const kind of kindsFor(surface)) {
    const values = readUri(kind.uri, uri)
    if (values === undefined) continue
    try {
      return { contents: [...(await kind.read(createReader(surface, signal), values, uri))] }
    } catch (error) {
      throw refusal(error, uri)
    }
  }
  throw new ResourceNotFoundError(uri)
}

/** The kinds this caller may read, a profile's included. */
export function kindsFor({ waist, caller, profile }: Surface): readonly ResourceKind[] {
  const callable = new Set(waist.catalogue.list().flatMap((tool) => (mayCall(caller, tool) ? [tool.name] : [])))
  return [...(profile?.resources ?? []), ...resourceKinds.filter(({ through }) => through.every((tool) => callable.has(tool)))]
}

/** A page holds what is left of one kind, and goes on with the next kinds until it is full. */
async function listResources(surface: Surface, cursor: string | undefined, signal: AbortSignal): Promise<ListResourcesResult> {
  const kinds = kindsFor(surface)
  const start = readCursor(cursor, kinds)
  const reader = createReader(surface, signal)
  const resources: ListResourcesResult['resources'] = []
  let { after } = start
  for (let at = start.at; at < kinds.length; at++) {
    const kind = kinds[at]
    if (kind === undefined) break
    do {
      if (resources.length >= pageSize) return { resources, nextCursor: writeCursor(kind, after) }
      const page = await kind.list(reader, { after, most: pageSize - resources.length })
      resources.push(...page.resources)
      after = page.next
    } while (after !== undefined)
  }
  return { resources }
}

function listTemplates(surface: Surface): ListResourceTemplatesResult {
  const kinds = kindsFor(surface).filter(({ uri }) => uri.includes('{'))
  return {
    resourceTemplates: kinds.map(({ uri, name, title, description, mimeType }) => ({
      uriTemplate: uri,
      name,
      title,
      description,
      mimeType,
    })),
  }
}

function writeCursor({ name }: ResourceKind, after: string | undefined): string {
  return Buffer.from(JSON.stringify([name, after ?? ''])).toString('base64url')
}

function readCursor(
  cursor: string | undefined,
  kinds: readonly ResourceKind[],
): { readonly at: number; readonly after: string | undefined } {
  if (cursor === undefined) return { at: 0, after: undefined }
  const [name, after] = cursorParts(cursor)
  const at = kinds.findIndex((kind) => kind.name === name)
  if (at >= 0 && typeof after === 'string') return { at, after: after === '' ? undefined : after }
  throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'This cursor is not one of this list. List from the beginning.')
}

function cursorParts(cursor: string): readonly unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    return Array.isArray(parts) ? parts : []
  } catch {
    return []
  }
}

/** A URI that no tool accepts names nothing. Documents that a caller may not read are not found by the tools themselves. */
function refusal(error: unknown, uri: string): Error {
  if (error instanceof ProtocolError) return error
  const { code, message } = asFault(error)
  if (code === 'not_found' || code === 'invalid_input') return new ResourceNotFoundError(uri)
  if (code === 'not_allowed') return new ProtocolError(ProtocolErrorCode.InvalidRequest, message)
  return new ProtocolError(ProtocolErrorCode.InternalError, message)
}
