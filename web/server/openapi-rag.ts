/** The routes for collections, documents, search and answers in the OpenAPI document: their schemas are those of the tools they call. */
import { z } from 'zod'
import type { ToolDescription } from '../../tools/description.ts'
import { idempotencyParameter, problemResponse, waitParameter } from './openapi-fixed.ts'
import { relocated } from './openapi-references.ts'
import { newDocumentsSchema } from './rag-documents.ts'

type Json = Readonly<Record<string, unknown>>

const { $schema: _, ...newDocuments } = z.toJSONSchema(newDocumentsSchema, { io: 'input', unrepresentable: 'any' })

const ref = (name: string): Json => ({ $ref: `#/components/schemas/${name}` })
const body = (schema: Json, type = 'application/json'): Json => ({ [type]: { schema } })
const bytes = (description: string): Json => ({ type: 'string', format: 'binary', description })
const inPath = (name: string, description: string): Json => ({ name, in: 'path', required: true, description, schema: { type: 'string' } })
const inQuery = (name: string, description: string, schema: Json = { type: 'string' }): Json => ({ name, in: 'query', description, schema })

const collection = inPath('name', 'Name of the collection.')
const document = inPath('id', "The document's id, percent-encoded: a slash in it is %2F.")

interface Route {
  readonly method: 'get' | 'post' | 'delete'
  readonly path: string
  readonly tool: string
  readonly id: string
  readonly summary: string
  readonly parameters?: readonly Json[]
  /** Fields of the tool that the path or the query gives instead of the body. */
  readonly given?: readonly string[]
  /** Content of the request or the answer where it is not the tool's own. */
  readonly content?: Json
  readonly answer?: Json
}

const routes: readonly Route[] = [
  { method: 'get', path: '/api/collections', tool: 'list_collections', id: 'getCollections', summary: 'Every collection' },
  {
    method: 'get',
    path: '/api/collections/{name}',
    tool: 'list_collections',
    id: 'getCollection',
    summary: 'One collection',
    parameters: [collection],
    answer: body({ type: 'object', description: 'One of the `collections` that list_collections gives.' }),
  },
  {
    method: 'delete',
    path: '/api/collections/{name}',
    tool: 'delete_documents',
    id: 'deleteCollection',
    summary: 'Delete a collection, once a person has agreed',
    parameters: [collection, waitParameter, idempotencyParameter],
  },
  {
    method: 'get',
    path: '/api/collections/{name}/documents',
    tool: 'list_documents',
    id: 'getDocuments',
    summary: 'A page of the documents',
    parameters: [
      collection,
      inQuery('limit', 'How many at most.', { type: 'integer', minimum: 1, maximum: 500, default: 100 }),
      inQuery('after', 'Go on after this id: `next` of the page before.'),
      inQuery('prefix', 'Only ids that begin so.'),
    ],
  },
  {
    method: 'post',
    path: '/api/collections/{name}/documents',
    tool: 'add_documents',
    id: 'addDocuments',
    summary: 'Add documents as JSON, or a file as it is (PDF, DOCX, HTML, Markdown, text, CSV, JSONL …)',
    parameters: [
      collection,
      inQuery('name', 'Name of the file, which becomes its id; Content-Disposition does as well.'),
      inQuery('language', 'Language of the texts; detected when absent.'),
      { ...inQuery('readers', 'Who may find it; may be repeated.'), schema: { type: 'array', items: { type: 'string' } } },
      waitParameter,
      idempotencyParameter,
    ],
    content: { ...body(newDocuments), ...body(bytes('The file, with its own Content-Type.'), '*/*') },
  },
  {
    method: 'get',
    path: '/api/collections/{name}/documents/{id}',
    tool: 'get_document',
    id: 'getDocument',
    summary: 'A document, or one passage of it',
    parameters: [
      collection,
      document,
      ...['chunk', 'start', 'length', 'context'].map((name) => inQuery(name, `As get_document's ${name}.`, { type: 'integer' })),
    ],
  },
  {
    method: 'delete',
    path: '/api/collections/{name}/documents/{id}',
    tool: 'delete_documents',
    id: 'deleteDocument',
    summary: 'Delete a document, once a person has agreed',
    parameters: [collection, document, waitParameter, idempotencyParameter],
  },
  {
    method: 'post',
    path: '/api/collections/{name}/search',
    tool: 'search_documents',
    id: 'searchCollection',
    summary: 'Search a collection',
    parameters: [collection],
    given: ['collection'],
  },
  { method: 'post', path: '/api/search', tool: 'search_documents', id: 'search', summary: 'Search all collections', given: [] },
  {
    method: 'post',
    path: '/api/collections/{name}/ask',
    tool: 'ask_documents',
    id: 'askCollection',
    summary: 'Ask a collection',
    parameters: [collection],
    given: ['collection'],
  },
  { method: 'post', path: '/api/ask', tool: 'ask_documents', id: 'ask', summary: 'Ask all collections', given: [] },
  {
    method: 'post',
    path: '/api/answers/{id}/feedback',
    tool: 'record_feedback',
    id: 'recordFeedback',
    summary: 'Say whether an answer helped',
    parameters: [inPath('id', 'Id of the answer.'), idempotencyParameter],
    given: ['answer'],
  },
  {
    method: 'get',
    path: '/api/collections/{name}/export',
    tool: 'export_collection',
    id: 'exportCollection',
    summary: 'A collection as one file, with its vectors',
    parameters: [collection, waitParameter, inQuery('run', 'Fetch what this earlier run exported.')],
    answer: body(bytes('Gzipped JSON Lines that import reads.'), 'application/gzip'),
  },
  {
    method: 'post',
    path: '/api/collections/import',
    tool: 'import_collection',
    id: 'importCollection',
    summary: 'A new collection from an exported file',
    parameters: [inQuery('collection', 'Name for it; absent: the one it had.'), waitParameter, idempotencyParameter],
    content: body(bytes('The file.'), 'application/gzip'),
  },
]

const streamed: Json = {
  'text/event-stream': {
    schema: {
      type: 'string',
      description:
        'With `Accept: text/event-stream`: `searching`, `passages` and `text` events as they come, then one `answer` with what JSON would hold, or one `error` with a problem.',
    },
  },
}

/** The paths whose tools there are. */
export function ragPaths(tools: readonly ToolDescription[]): Json {
  const known = new Map(tools.map((tool) => [tool.name, tool]))
  const paths: Record<string, Record<string, Json>> = {}
  for (const route of routes) {
    const tool = known.get(route.tool)
    if (tool !== undefined) paths[route.path] = { ...paths[route.path], [route.method]: operation(route, tool) }
  }
  return paths
}

function operation(route: Route, tool: ToolDescription): Json {
  const { name, durable, role } = tool
  const { id, summary, parameters = [], given, content, answer } = route
  const ok = { ...(answer ?? body(ref(`${name}_output`))), ...(name === 'ask_documents' ? streamed : {}) }
  const request = content ?? (given === undefined ? undefined : body(bodySchema(tool, given)))
  const accepted = { description: 'Not done yet: a run that goes on, or one that waits for a person.', content: body(ref('Accepted')) }
  return {
    operationId: id,
    tags: ['collections'],
    summary,
    description: `Calls ${name}. Least role: ${role}.`,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(request === undefined ? {} : { requestBody: { required: true, content: request } }),
    responses: { 200: { description: 'Done.', content: ok }, ...(durable ? { 202: accepted } : {}), default: problemResponse },
  }
}

/** The tool's input without the fields that the path gives. */
function bodySchema({ name, input }: ToolDescription, given: readonly string[]): Json {
  const without = (value: unknown): unknown =>
    typeof value === 'object' && value !== null
      ? Object.fromEntries(Object.entries(value).filter(([field]) => !given.includes(field)))
      : value
  const required = Array.isArray(input.required) ? { required: input.required.filter((field) => !given.includes(field)) } : {}
  return given.length === 0
    ? ref(`${name}_input`)
    : { type: 'object', additionalProperties: false, properties: relocated(without(input.properties), `${name}_input`), ...required }
}
