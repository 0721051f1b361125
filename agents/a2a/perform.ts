/** One turn of a task: the orchestrator's events taken into the task, saved where a restart must not lose them, then told. */
import { setTimeout as sleep } from 'node:timers/promises'
import { asFault, Fault } from '../../platform/fault.ts'
import type { Platform } from '../../platform/platform.ts'
import type { ChatEvent, ChatMessage, ChatRequest, Orchestrator } from '../chat.ts'
import { type Kept, saveTask } from './tasks.ts'
import type { TurnOfTask } from './turn.ts'
import { isSettled, type StreamEvent, type Task, wordsOf } from './wire.ts'

export interface Job {
  readonly kept: Kept
  readonly turn: TurnOfTask
  readonly stop: AbortController
  /** As it was told last: what a new follower is shown first, so that nothing is missed or told twice. */
  told: Kept
  /** How often it looks whether a conversation that others go on with has its answer. */
  readonly looks: number
  savedAt: number
  /** Somebody else ended the task: nothing more is taken in. */
  over: boolean
}

export interface JobGround {
  readonly platform: Platform
  readonly orchestrator: Orchestrator
  /** The process stops: what is cut is left for the next start. */
  readonly closing: AbortSignal
  readonly tell: (kept: Kept, events: readonly StreamEvent[]) => void
  /** Between two looks whether a conversation that others answer has its answer. */
  readonly lookMs: number
}

export type Said = Pick<ChatRequest, 'message' | 'resume'>

/** The task as it is now. */
export const currentOf = ({ kept, turn }: Job): Kept => ({ ...kept, task: turn.task(), waiting: turn.waiting() })

/** True while the turn goes on and nobody else has ended the task. */
export const isOpen = (job: Job): boolean => !job.over && !isSettled(job.turn.task().status.state)

/** Resolves when the turn has ended, the task was ended by somebody else or the process stops. */
export async function performTurn(ground: JobGround, job: Job, said: Said): Promise<void> {
  try {
    const taken = await takeTurn(ground, job, said)
    if (!taken) await findAnswer(ground, job)
    if (isOpen(job) && !ground.closing.aborted) throw new Fault('internal', 'The turn ended without a last event.')
  } catch (error) {
    if (ground.closing.aborted || job.over) return
    const { code, message } = asFault(error)
    if (code === 'internal') ground.platform.log.error({ error }, 'A task failed unexpectedly.')
    await take(ground, job, { type: 'failed', code, message })
  }
}

/** False when somebody else answers the conversation, or nothing waits in it. */
async function takeTurn(ground: JobGround, job: Job, said: Said): Promise<boolean> {
  const { caller, task } = job.kept
  const signal = AbortSignal.any([job.stop.signal, ground.closing])
  for await (const event of ground.orchestrator.chat({ ...said, thread: task.contextId, caller, signal })) {
    if (ground.closing.aborted || job.over) return true
    if (said.resume === true && event.type === 'failed' && event.code === 'conflict') return false
    await take(ground, job, event)
    if (!isOpen(job)) return true
  }
  return true
}

/** The orchestrator goes on by itself with what a restart cut; the task takes what came of it. */
async function findAnswer(ground: JobGround, job: Job): Promise<void> {
  const { caller, task } = job.kept
  for (let looks = 0; looks < job.looks; looks++) {
    const came = answerIn(await ground.orchestrator.history(task.contextId, caller), task)
    for (const event of came) await take(ground, job, event)
    if (came.length > 0) return
    const signal = AbortSignal.any([job.stop.signal, ground.closing])
    // It wakes early when there is nothing to look for any more.
    await sleep(ground.lookMs, undefined, { signal }).catch(() => undefined)
    if (!isOpen(job) || ground.closing.aborted || (await takeTurn(ground, job, { resume: true }))) return
  }
  throw new Fault('unavailable', 'The conversation does not wait for this task any more. Send the message again.')
}

/** The end of the conversation as the events it was made of, if it ends with an answer to a message of the task. */
function answerIn(messages: readonly ChatMessage[], { history }: Task): readonly ChatEvent[] {
  const last = messages.at(-1)
  const asked = messages.findLastIndex(({ role }) => role === 'user')
  const own = history.some(({ role, parts }) => role === 'ROLE_USER' && wordsOf(parts) === messages[asked]?.text)
  if (!own || last?.role !== 'assistant' || (last.calls ?? []).length > 0) return []
  const turn = messages.slice(asked + 1)
  const tools = new Map(turn.flatMap(({ calls = [] }) => calls.map(({ id, tool }) => [id, tool] as const)))
  const results = turn.flatMap(({ call = '', text, data, ok = true }): ChatEvent[] => {
    const tool = tools.get(call)
    return tool === undefined ? [] : [{ type: 'result', call, tool, content: text, data, ok }]
  })
  return [...results, { type: 'text', message: last.id, delta: last.text }, { type: 'finished' }]
}

/** Words on their way are saved this often. */
const saveMs = 1000

/** The state is in the database before anybody is told of it. */
async function take(ground: JobGround, job: Job, event: ChatEvent): Promise<void> {
  const before = job.turn.task().status
  const events = job.turn.take(event)
  if (events.length === 0) return
  const now = Date.now()
  if (job.turn.task().status !== before || event.type === 'result' || now - job.savedAt > saveMs) {
    job.savedAt = now
    if (!(await saveTask(ground.platform.db, currentOf(job)))) job.over = true
  }
  if (job.over) return job.stop.abort()
  job.told = currentOf(job)
  ground.tell(job.told, events)
}
