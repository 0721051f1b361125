/** The open conversations of this page. They live outside the views, so an answer goes on streaming while you look elsewhere. */
import { get, Problem, post, postInit, send } from '../api.ts'
import { listApprovals } from '../approvals/approvals.ts'
import { at, isList, listAt, textAt } from '../json.ts'
import { readSse } from '../sse.ts'
import { createStore, type Store } from '../store.ts'
import { type Action, type Conversation, emptyConversation, reduce, undecided } from './conversation.ts'
import type { ApprovalEntry, Decision } from './entries.ts'
import { parseEvent, readMessages } from './events.ts'

interface Open {
  readonly store: Store<Conversation>
  abort: AbortController | undefined
  /** The turn that is listened to. */
  run?: string | undefined
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
  if (!options.fresh) void load(thread).then(() => attach(thread).catch(() => undefined))
  return store
}

/** Sends the person's message and follows the answer to its end. */
export async function ask(thread: string, text: string): Promise<void> {
  const id = newThread().replace('thread', 'message')
  dispatch(thread, { type: 'asked', id, text })
  await follow(thread, { messages: [{ id, role: 'user', content: text }] })
}

/** Ends the turn on the server, not only here: what it was doing stops. */
export function stop(thread: string): void {
  const entry = open.get(thread)
  if (entry?.run === undefined || entry.store.get().trouble === 'stopping') return
  const { run, abort } = entry
  dispatch(thread, { type: 'stopping' })
  const leave = (): void => {
    if (entry.run !== run) return
    abort?.abort()
    entry.run = undefined
    dispatch(thread, { type: 'stopped' })
  }
  // The terminal event says when it has ended; a server that does not answer is left behind.
  setTimeout(leave, stopMs)
  post(`/agui/runs/${encodeURIComponent(run)}/stop?threadId=${encodeURIComponent(thread)}`, {}).catch(leave)
}

const stopMs = 4000

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
  const state = open.get(thread)?.store.get().state
  const runId = newThread().replace('thread', 'run')
  const body = { threadId: thread, runId, state, tools: [], context: [], forwardedProps: {}, ...input }
  const headers = { 'content-type': 'application/json', accept: 'text/event-stream', 'last-event-id': '0' }
  await listen(thread, runId, (signal) => send('/agui', { ...postInit(body, { signal }), headers }))
}

/** Reads a turn to its end. A connection that breaks is opened again from the last event that came whole. */
async function listen(thread: string, run: string, begin: (signal: AbortSignal) => Promise<Response>): Promise<void> {
  const entry = open.get(thread)
  if (entry === undefined) return
  entry.abort?.abort()
  const abort = new AbortController()
  entry.abort = abort
  entry.run = run
  const last = { id: 0 }
  try {
    for (let tries = 0; tries < mostTries && !entry.store.get().ended; tries++) {
      const before = last.id
      await hear(thread, last, () =>
        last.id === 0 ? begin(abort.signal) : comeBack(thread, run, { after: last.id, signal: abort.signal }),
      )
      if (abort.signal.aborted || entry.store.get().ended) break
      if (last.id > before) tries = 0
      dispatch(thread, { type: 'reconnecting' })
      await new Promise((resolve) => setTimeout(resolve, Math.min(8000, 250 * 2 ** tries)))
    }
  } finally {
    if (!abort.signal.aborted) {
      dispatch(thread, { type: 'closed' })
      entry.run = undefined
    }
    turns.set(turns.get() + 1)
  }
}

/** About a minute of a server that cannot be reached. */
const mostTries = 12

function comeBack(thread: string, run: string, from: { readonly after: number; readonly signal: AbortSignal }): Promise<Response> {
  const headers = { accept: 'text/event-stream', 'last-event-id': `${from.after}` }
  return send(`/agui/runs/${encodeURIComponent(run)}/events?threadId=${encodeURIComponent(thread)}`, { headers, signal: from.signal })
}

/** One connection, read until it ends or breaks. What the server refuses ends the turn; a server that is away does not. */
async function hear(thread: string, last: { id: number }, connect: () => Promise<Response>): Promise<void> {
  try {
    const { body } = await connect()
    if (body === null) return
    for await (const chunk of readSse(body)) {
      for (const { data, id } of chunk) {
        const event = parseEvent(data)
        if (event !== undefined) dispatch(thread, { type: 'event', event })
        if (id !== undefined) last.id = Number(id)
      }
    }
  } catch (error) {
    if (!(error instanceof Problem) || error.status === 0 || error.status >= 500) return
    // A server that was started again does not know the turn any more; what became of it is in the conversation.
    if (error.status === 404 && last.id > 0) await reload(thread)
    else dispatch(thread, { type: 'failed', code: error.code, message: error.message })
  }
}

/** What the server has kept of the conversation, in place of what is shown. */
async function reload(thread: string): Promise<void> {
  open.get(thread)?.store.set({ ...emptyConversation, phase: 'loading' })
  await load(thread)
}

/** A turn of this conversation that goes on, begun by this page before it was loaded again, or by another. */
async function attach(thread: string): Promise<void> {
  const runs = listAt(await get('/agui/runs'), 'runs')
  const found = runs.find((run) => textAt(run, 'threadId') === thread && at(run, 'ended') === false)
  const run = textAt(found, 'runId')
  if (run === undefined || current(thread)?.phase === 'open') return
  dispatch(thread, { type: 'attached' })
  const headers = { accept: 'text/event-stream' }
  await listen(thread, run, (signal) => send(`/agui/threads/${encodeURIComponent(thread)}/events`, { headers, signal }))
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
