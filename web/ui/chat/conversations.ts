/** The open conversations of this page. They live outside the views, so an answer goes on streaming while you look elsewhere. */
import { get, Problem, postInit, send } from '../api.ts'
import { listApprovals } from '../approvals/approvals.ts'
import { at, isList, listAt, textAt } from '../json.ts'
import { readSse } from '../sse.ts'
import { createStore, type Store } from '../store.ts'
import { type Action, type ApprovalEntry, type Conversation, type Decision, emptyConversation, reduce, undecided } from './conversation.ts'
import { parseEvent, readMessages } from './events.ts'

interface Open {
  readonly store: Store<Conversation>
  abort: AbortController | undefined
}

const open = new Map<string, Open>()

/** Counts up whenever a turn ends, so the list of threads knows when to read again. */
export const turns = createStore(0)

/** A thread id that nobody else has; works on plain http too, where crypto.randomUUID is missing. */
export function newThread(): string {
  return `thread_${Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join('')}`
}

/** The conversation of a thread: from memory, or empty and then filled with its history. */
export function conversationOf(thread: string, options: { readonly fresh: boolean }): Store<Conversation> {
  const known = open.get(thread)
  if (known !== undefined) return known.store
  const store = createStore<Conversation>(options.fresh ? emptyConversation : { ...emptyConversation, phase: 'loading' })
  open.set(thread, { store, abort: undefined })
  if (!options.fresh) void load(thread)
  return store
}

/** Sends the person's message and follows the answer to its end. */
export async function ask(thread: string, text: string): Promise<void> {
  const id = newThread().replace('thread', 'message')
  dispatch(thread, { type: 'asked', id, text })
  await follow(thread, { messages: [{ id, role: 'user', content: text }] })
}

export function stop(thread: string): void {
  open.get(thread)?.abort?.abort()
  dispatch(thread, { type: 'stopped' })
}

/** Notes a decision; when it was the last one open, the turn goes on. */
export async function decided(thread: string, approval: string, decision: Decision): Promise<void> {
  const before = current(thread)
  const waited = before === undefined ? [] : undecided(before)
  if (!waited.some((entry) => entry.approval === approval)) return
  dispatch(thread, { type: 'decided', approval, decision })
  const after = current(thread)
  if (after?.phase !== 'paused' || undecided(after).length > 0) return
  dispatch(thread, { type: 'resumed' })
  await follow(thread, { messages: [], resume: lastDecisions(after) })
}

/** A decision made elsewhere (the inbox, a terminal) reaches every conversation that waits for it. */
export async function decidedElsewhere(approval: string, decision: Decision): Promise<void> {
  for (const thread of open.keys()) await decided(thread, approval, decision)
}

/** The decisions themselves were given to the approvals; the turn only has to go on. */
function lastDecisions(view: Conversation): readonly unknown[] {
  const asked = view.entries.findLastIndex((entry) => entry.kind === 'user')
  return view.entries
    .slice(asked + 1)
    .filter((entry): entry is ApprovalEntry => entry.kind === 'approval')
    .map(({ approval }) => ({ interruptId: approval, status: 'resolved' }))
}

async function follow(
  thread: string,
  input: { readonly messages: readonly unknown[]; readonly resume?: readonly unknown[] },
): Promise<void> {
  const entry = open.get(thread)
  if (entry === undefined) return
  entry.abort?.abort()
  const abort = new AbortController()
  entry.abort = abort
  const runId = newThread().replace('thread', 'run')
  const body = { threadId: thread, runId, state: entry.store.get().state, tools: [], context: [], forwardedProps: {}, ...input }
  try {
    const init = postInit(body, { signal: abort.signal })
    const response = await send('/agui', { ...init, headers: { 'content-type': 'application/json', accept: 'text/event-stream' } })
    if (response.body !== null) await read(thread, response.body)
    dispatch(thread, { type: 'closed' })
  } catch (error) {
    if (abort.signal.aborted) return
    if (error instanceof Problem) dispatch(thread, { type: 'failed', code: error.code, message: error.message })
    else dispatch(thread, { type: 'closed' })
  } finally {
    turns.set(turns.get() + 1)
  }
}

/** Events that arrive together are taken together, so that however fast the stream, each chunk is drawn once. */
async function read(thread: string, body: ReadableStream<Uint8Array>): Promise<void> {
  for await (const chunk of readSse(body)) {
    for (const data of chunk) {
      const event = parseEvent(data)
      if (event !== undefined) dispatch(thread, { type: 'event', event })
    }
  }
}

async function load(thread: string): Promise<void> {
  try {
    const body = await get(`/api/threads/${encodeURIComponent(thread)}/messages`)
    const messages = readMessages(isList(body) ? body : at(body, 'messages'))
    const unanswered = messages.some(({ calls }) => calls.length > 0)
    const approvals = unanswered ? await listApprovals('pending').catch(() => []) : []
    dispatch(thread, {
      type: 'loaded',
      messages,
      approvals: approvals.map((pending) => ({ ...pending, approval: pending.id, call: undefined })),
    })
  } catch (error) {
    dispatch(thread, { type: 'loaded', messages: [], approvals: [] })
    if (!(error instanceof Problem && error.status === 404)) open.delete(thread)
  }
}

function current(thread: string): Conversation | undefined {
  return open.get(thread)?.store.get()
}

function dispatch(thread: string, action: Action): void {
  const store = open.get(thread)?.store
  store?.set(reduce(store.get(), action))
}

export interface ThreadSummary {
  readonly thread: string
  readonly title: string
  readonly updatedAt: string
}

/** The person's conversations, latest first. */
export async function listThreads(signal: AbortSignal): Promise<readonly ThreadSummary[]> {
  const body = await get('/api/threads', signal)
  return (isList(body) ? body : listAt(body, 'threads')).flatMap((item) => {
    const thread = textAt(item, 'thread') ?? textAt(item, 'id')
    if (thread === undefined) return []
    return [{ thread, title: textAt(item, 'title') ?? 'Conversation', updatedAt: textAt(item, 'updatedAt') ?? '' }]
  })
}
