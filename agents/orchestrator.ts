/**
 * The chat: LangChain's agent loop over the waist, one stream of events a turn. What a turn needs to go on — messages,
 * plan, pauses — is in the database, so a turn that waits for a person, or whose process died, goes on in any process.
 */
import { asFault, Fault } from '../platform/fault.ts'
import type { Waist } from '../tools/waist.ts'
import type { Budget, ChatEvent, ChatRequest, Orchestrator } from './chat.ts'
import { pruneThread } from './checkpoint-writes.ts'
import { type Checkpoints, openCheckpoints } from './checkpoints.ts'
import { keptUnder, shown } from './history.ts'
import { defaultPatience, type Patience } from './hosted/ask.ts'
import { type ChosenModel, chooseModel, type ModelSettings } from './models.ts'
import { forgetThread, listThreads, threadKeys } from './threads.ts'
import { type Agent, createTurnAgent } from './turns/agent.ts'
import {
  type Claim,
  claimTurn,
  endClaim,
  type KeptRequest,
  keptRequest,
  leaveClaim,
  pauseClaim,
  reclaimTurn,
  takeForgotten,
  takeOrphans,
} from './turns/claims.ts'
import { drive } from './turns/drive.ts'
import { createTurnEvents } from './turns/event-queue.ts'
import { createHeartbeat, type Heartbeat, takenOver } from './turns/heartbeat.ts'
import { defaultBudget, type Prices } from './turns/limits.ts'
import { openTurn, type TurnAsked } from './turns/open-turn.ts'
import { requireState } from './turns/shared-state.ts'
import { Left } from './turns/signals.ts'
import type { Turn } from './turns/turn.ts'
import { createToolLists, type ToolLists } from './turns/turn-tools.ts'

export interface OrchestratorOptions {
  readonly waist: Waist
  /** What the environment says, or a model that is at hand. */
  readonly model: ModelSettings | ChosenModel
  /** Asked when the first one fails: another model of the same server. */
  readonly fallbackModel?: string | undefined
  /** Opened by whoever shares it; default: opened here on the waist's database. */
  readonly checkpoints?: Checkpoints
  /** What one turn may cost at most. */
  readonly budget?: Budget
  readonly prices?: Prices | undefined
  /** Personal data in words sent to a hosted model is replaced by placeholders. */
  readonly maskPii?: boolean
  /** Tokens of a conversation that a hosted model is sent; older turns are summarised. Default 60,000. */
  readonly window?: number
  readonly patience?: Partial<Patience>
  /** How long a silent process keeps its turns, in milliseconds. Default 15,000. */
  readonly leaseMs?: number
}

/** A chat that takes up what a restart cut off. */
export interface RunningOrchestrator extends Orchestrator {
  /**
   * Goes on with the turns of processes that died, and looks for more as long as `close` was not called. Resolves with how
   * many it took up, once they have ended or pause.
   */
  recover(): Promise<number>
  /** Leaves the turns under way for whoever takes them up; resolves when they have let go. */
  close(): Promise<void>
}

interface Parts {
  readonly waist: Waist
  readonly checkpoints: Checkpoints
  readonly agent: Agent
  readonly model: ChosenModel
  readonly lists: ToolLists
  readonly budget: Budget
  readonly heartbeat: Heartbeat
  readonly leaseMs: number
  readonly process: string
  readonly turns: Map<string, Turn>
}

/** Open until `close`. Call `recover` once at start, when the surfaces are ready. */
export async function createOrchestrator(options: OrchestratorOptions): Promise<RunningOrchestrator> {
  const { waist, leaseMs = 15_000, prices, maskPii = false, window = 60_000 } = options
  const { platform } = waist
  const checkpoints = options.checkpoints ?? (await openCheckpoints(platform.db))
  const model = 'hosted' in options.model ? options.model : chooseModel(options.model, options.fallbackModel)
  const turns = new Map<string, Turn>()
  const process = platform.newId('process')
  const hosted = { patience: { ...defaultPatience, ...options.patience }, maskPii, window }
  const parts: Parts = {
    waist,
    checkpoints,
    model,
    turns,
    process,
    leaseMs,
    agent: createTurnAgent({ checkpoints, model, hosted, prices, turns }),
    lists: createToolLists(waist.catalogue),
    budget: options.budget ?? defaultBudget,
    heartbeat: createHeartbeat({ db: platform.db, process, leaseMs, turns, log: platform.log }),
  }
  return {
    chat: (request) => chat(parts, request),
    history: async (thread, caller) => shown(await keptUnder(checkpoints, threadKeys(caller, thread))),
    threads: async (caller) => listThreads(platform.db, caller),
    recover: async () => {
      parts.heartbeat.lookFor(() => recover(parts, false))
      return recover(parts, platform.db.kind === 'embedded')
    },
    close: () => close(parts),
  }
}

/** How long a turn may take to let go. */
const lettingGoMs = 2000

async function close({ heartbeat, turns }: Parts): Promise<void> {
  heartbeat.stop()
  for (const { signals } of turns.values())
    signals.abort(new Left('unavailable', 'The server is stopping. The answer goes on when it is back.'))
  for (const until = performance.now() + lettingGoMs; turns.size > 0 && performance.now() < until; )
    await new Promise((resolve) => setTimeout(resolve, 10))
}

/** The first event comes when the turn is recorded: who has seen it may rely on an answer, whatever becomes of this process. */
async function* chat(parts: Parts, request: ChatRequest): AsyncGenerator<ChatEvent> {
  const { model, waist } = parts
  const id = waist.platform.newId('turn')
  const events = createTurnEvents()
  const left = new AbortController()
  const recorded = Promise.withResolvers<void>()
  const work = answer(parts, { request, id, push: events.push, left: left.signal, recorded: recorded.resolve })
    .catch((error: unknown) => events.push(failure(parts, error)))
    .finally(() => events.end())
  try {
    await Promise.race([recorded.promise, work])
    yield { type: 'started', turn: id, model: model.name, ...(model.hosted ? {} : { mark: model.mark }) }
    yield* events.read()
    await work
  } finally {
    left.abort()
  }
}

interface Answering {
  readonly request: ChatRequest
  readonly id: string
  readonly push: (event: ChatEvent) => void
  /** Nobody listens any more. */
  readonly left: AbortSignal
  /** Called when the turn stands in the database. */
  readonly recorded: () => void
}

async function answer(parts: Parts, { request, id, push, left, recorded }: Answering): Promise<void> {
  const { waist, process, leaseMs } = parts
  const { thread, caller, resume = false, results = [] } = request
  const kept = keptOf(request)
  // Whatever is wrong with the request is said before it is recorded.
  parts.lists.list({ allowed: undefined, clientTools: request.clientTools ?? [], state: request.state })
  if (request.signal.aborted) throw new Fault('cancelled', 'The answer was stopped.')
  const asked = { caller, thread, turn: id, request: kept, process, leaseMs }
  const claim = resume ? await reclaimTurn(waist.platform.db, asked) : await claimTurn(waist.platform.db, asked)
  if (!claim) throw new Fault('conflict', 'Nothing waits in this conversation. Send a message instead.')
  recorded()
  await work(parts, claim, { push, resume, results, asked: kept, signals: [request.signal, left] })
}

function keptOf({ caller, message, before, clientTools, state, keep, tools, budget }: ChatRequest): KeptRequest {
  if (state !== undefined) requireState(state, 'The shared state')
  const given = { message, before, clientTools, state, keep, tools, budget }
  return keptRequest.parse({ caller, ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) })
}

interface Working {
  readonly push: (event: ChatEvent) => void
  readonly resume: boolean
  readonly results: NonNullable<ChatRequest['results']>
  /** What this very request says, over what the turn was begun with. */
  readonly asked: Partial<KeptRequest>
  readonly signals: readonly AbortSignal[]
}

/** A claimed turn, to its end or pause. The last event comes when the claim has been given up. */
async function work(parts: Parts, claim: Claim, { push, resume, results, asked, signals }: Working): Promise<void> {
  const { message: _, ...given } = asked
  const request: KeptRequest = resume ? { ...claim.request, ...given } : claim.request
  const began = performance.now()
  const turn = await enter(parts, claim, { request, push, signals })
  try {
    const last = await drive({ ...parts, turn, request, resume, results })
    if (isSuperseded(parts, turn)) throw takenOver()
    const pauses = last.some(({ type }) => type === 'waiting' || type === 'client_calls')
    if (pauses) await pauseTurn(parts, claim, { ...request, ...(turn.state ? { state: turn.state } : {}) }, performance.now() - began)
    else await endTurn(parts, claim, request)
    for (const event of last) push(event)
  } catch (error) {
    const { signal } = turn.signals
    const reason: unknown = signal.reason
    await giveUp(parts, claim, { turn, request })
    turn.plan.end()
    if (signal.aborted) throw reason instanceof Fault ? reason : new Fault('cancelled', 'The answer was stopped.', { cause: error })
    throw error
  } finally {
    if (!isSuperseded(parts, turn)) parts.turns.delete(turn.key)
    turn.signals.release()
  }
}

/** The turn is among those that this process says it works on. */
async function enter(parts: Parts, claim: Claim, asked: TurnAsked): Promise<Turn> {
  try {
    const turn = openTurn({ ...parts, hosted: parts.model.hosted }, claim, asked)
    // One of this process that was silent for so long that its claim could be taken from it.
    parts.turns.get(turn.key)?.signals.abort(takenOver())
    parts.turns.set(turn.key, turn)
    parts.heartbeat.start()
    return turn
  } catch (error) {
    await endTurn(parts, claim, asked.request)
    throw error
  }
}

/** Another turn of this process answers the conversation: its claim and its place are not this one's to give up. */
const isSuperseded = ({ turns }: Parts, turn: Turn): boolean => turns.get(turn.key) !== turn

/** After a turn that was stopped: it is left for whoever goes on with it, or at its end. */
async function giveUp(
  parts: Parts,
  claim: Claim,
  { turn, request }: { readonly turn: Turn; readonly request: KeptRequest },
): Promise<void> {
  if (isSuperseded(parts, turn)) return
  const { db, log } = parts.waist.platform
  try {
    if (turn.signals.signal.reason instanceof Left) await leaveClaim(db, claim, parts.process)
    else await endTurn(parts, claim, request)
  } catch (error) {
    log.warn({ error, turn: claim.turn }, 'A chat turn could not give up its claim; it lapses by itself.')
  }
}

async function pauseTurn({ waist, process }: Parts, claim: Claim, request: KeptRequest, ms: number): Promise<void> {
  await pauseClaim(waist.platform.db, claim, { process, request, spentMs: claim.spentMs + ms })
}

async function endTurn({ waist, process, checkpoints }: Parts, claim: Claim, { keep }: KeptRequest): Promise<void> {
  const { db, log } = waist.platform
  if (keep === false) {
    await checkpoints.deleteThread(claim.key)
    await forgetThread(db, claim)
  }
  await endClaim(db, claim, process)
  // Nobody waits for it: what it removes, a turn that begins meanwhile does not read.
  if (keep !== false) pruneThread(db, claim.key).catch((error: unknown) => log.warn({ error }, 'Old checkpoints of a conversation stay.'))
}

/** Turns whose process died are gone on with; a client that kept its conversation itself is gone, and so is its turn. */
async function recover(parts: Parts, everyone: boolean): Promise<number> {
  const { waist, process, leaseMs } = parts
  const { db, log } = waist.platform
  const claims = [...(await takeOrphans(db, { process, leaseMs, everyone })), ...(await takeForgotten(db, process))]
  const [forgotten, cut] = [claims.filter(({ request }) => request.keep === false), claims.filter(({ request }) => request.keep !== false)]
  for (const claim of forgotten)
    await endTurn(parts, claim, claim.request).catch((error: unknown) =>
      log.warn({ error, turn: claim.turn }, 'A turn that nobody comes back for could not be removed.'),
    )
  await Promise.all(
    cut.map((claim) =>
      work(parts, claim, { push: () => undefined, resume: true, results: [], asked: {}, signals: [] }).catch((error: unknown) =>
        log.warn({ error, turn: claim.turn }, 'A turn that a restart had cut off could not be finished.'),
      ),
    ),
  )
  return claims.length + (claims.length > 0 ? await recover(parts, everyone) : 0)
}

function failure({ waist }: Parts, error: unknown): ChatEvent {
  const fault = faultIn(error)
  if (fault.code === 'internal') waist.platform.log.error({ error: fault.cause ?? fault }, 'A chat turn failed unexpectedly.')
  return { type: 'failed', code: fault.code, message: fault.message }
}

/** LangChain wraps what its middleware throws. */
function faultIn(error: unknown): Fault {
  if (error instanceof Fault) return error
  return error instanceof Error && error.cause instanceof Error ? faultIn(error.cause) : asFault(error)
}
