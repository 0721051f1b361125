/** The page's only way to the server: same-origin HTTP, errors as problem+json (RFC 9457). */
import { at, isRecord, listAt, parseJson, textAt } from './json.ts'
import { createStore } from './store.ts'

export interface FieldProblem {
  readonly path: string
  readonly message: string
}

/** What the server refused, in words for people. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly status: number
  readonly code: string
  readonly errors: readonly FieldProblem[]

  constructor(status: number, body: unknown) {
    super(textAt(body, 'detail') ?? textAt(body, 'title') ?? `The server answered with status ${status}. Try again; its log says more.`)
    this.status = status
    this.code = textAt(body, 'code') ?? 'internal'
    this.errors = listAt(body, 'errors').map((error) => ({ path: textAt(error, 'path') ?? '', message: textAt(error, 'message') ?? '' }))
  }
}

/** `locked`: the server wants a token first. */
export const session = createStore<'open' | 'locked'>('open')

/** Parsed JSON of a same-origin request. Throws a Problem; an unreachable server is one too. */
async function request(path: string, init: RequestInit = {}): Promise<{ readonly status: number; readonly body: unknown }> {
  const response = await send(path, init)
  const text = await response.text()
  return { status: response.status, body: text === '' ? undefined : parseJson(text) }
}

/** The raw response, for streams. Throws a Problem unless it is 2xx. */
export async function send(path: string, init: RequestInit = {}): Promise<Response> {
  const response = await fetch(path, { credentials: 'same-origin', ...init }).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new Problem(0, { code: 'unavailable', detail: 'The server cannot be reached. Check that Millrace is running, then try again.' })
  })
  if (response.ok) return response
  if (response.status === 401) session.set('locked')
  throw new Problem(response.status, parseJson(await response.text()))
}

export async function get(path: string, signal?: AbortSignal): Promise<unknown> {
  return (await request(path, signal === undefined ? {} : { signal })).body
}

export async function post(
  path: string,
  body: unknown,
  options: { readonly signal?: AbortSignal; readonly key?: string } = {},
): Promise<unknown> {
  return (await request(path, postInit(body, options))).body
}

export async function remove(path: string): Promise<void> {
  await send(path, { method: 'DELETE' })
}

export function postInit(body: unknown, options: { readonly signal?: AbortSignal; readonly key?: string } = {}): RequestInit {
  return {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(options.key === undefined ? {} : { 'idempotency-key': options.key }) },
    body: JSON.stringify(body),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  }
}

/** What became of a tool call: done, still running, or waiting for a person. */
export type CallOutcome =
  | { readonly kind: 'done'; readonly content: string; readonly data: unknown }
  | { readonly kind: 'running'; readonly run: string }
  | { readonly kind: 'waiting'; readonly approval: string }

/** Calls a tool. `key` makes a repeated press of the same button one call. */
export async function callTool(
  name: string,
  input: unknown,
  options: { readonly signal?: AbortSignal; readonly key?: string; readonly wait?: number } = {},
): Promise<CallOutcome> {
  const body = await post(
    `/api/tools/${encodeURIComponent(name)}${options.wait === undefined ? '' : `?wait=${options.wait}`}`,
    input,
    options,
  )
  const approval = textAt(body, 'approval')
  if (approval !== undefined) return { kind: 'waiting', approval }
  const run = textAt(body, 'run')
  if (run !== undefined && !(isRecord(body) && 'data' in body)) return { kind: 'running', run }
  return { kind: 'done', content: textAt(body, 'content') ?? '', data: at(body, 'data') }
}

/** The data of a reading tool, for the lists. */
export async function readTool(name: string, input: unknown, signal?: AbortSignal): Promise<unknown> {
  const outcome = await callTool(name, input, signal === undefined ? {} : { signal })
  if (outcome.kind === 'done') return outcome.data
  throw new Problem(202, { detail: `${name} is still working. Look at Runs for its progress.` })
}
