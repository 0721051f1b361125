/**
 * A chat turn as the changes of a task: words become the artifact 'answer', results of tools artifacts of their own, a pause
 * the state input-required. What came is kept in the task, what changed is told.
 */
import type { ChatEvent } from '../chat.ts'
import { type Artifact, isSettled, type Message, type Part, type State, type StreamEvent, type Task } from './wire.ts'

export interface TurnOfTask {
  readonly task: () => Task
  /** Approvals that the task waits for. */
  readonly waiting: () => readonly string[]
  take(event: ChatEvent): readonly StreamEvent[]
}

export interface TurnGround {
  readonly now: () => Date
  readonly newId: (prefix: string) => string
  /** Where a person decides approvals. */
  readonly decideAt: string
}

/** More of a result than this is left where it is: its sentence says what it was. */
const largestData = 200_000

interface Draft {
  task: Task
  waiting: readonly string[]
  readonly answer: string
  text: string
  speaker: string | undefined
  /** The state in which the turn pauses, told with its last event. */
  pause: { readonly state: State; readonly parts: readonly Part[] } | undefined
}

/** Every turn of a task has an answer of its own; a turn that is done again replaces what it had said. */
export function turnOfTask(task: Task, ground: TurnGround): TurnOfTask {
  const turns = task.history.filter(({ role }) => role === 'ROLE_USER').length
  const draft: Draft = { task, waiting: [], answer: `answer-${turns}`, text: '', speaker: undefined, pause: undefined }
  return {
    task: () => draft.task,
    waiting: () => draft.waiting,
    take: (event) => (isSettled(draft.task.status.state) ? [] : changesOf(draft, event, ground)),
  }
}

type EventOf<T extends ChatEvent['type']> = Extract<ChatEvent, { type: T }>

function changesOf(draft: Draft, event: ChatEvent, ground: TurnGround): readonly StreamEvent[] {
  switch (event.type) {
    case 'started':
      draft.task = { ...draft.task, metadata: { ...draft.task.metadata, model: event.model, ...(event.mark ? { mark: event.mark } : {}) } }
      return [statusOf(draft, { state: 'TASK_STATE_WORKING' }, ground)]
    case 'text':
      return event.delta === '' ? [] : [say(draft, event.message, event.delta)]
    case 'plan':
      return [statusOf(draft, { state: 'TASK_STATE_WORKING', parts: [{ data: { plan: event.steps } }], passing: true }, ground)]
    case 'progress': {
      const { tool, progress, run } = event
      const parts = [{ text: progress.message }, { data: { tool, progress, ...(run === undefined ? {} : { run }) } }]
      return [statusOf(draft, { state: 'TASK_STATE_WORKING', parts, passing: true }, ground)]
    }
    case 'result':
      return [keepArtifact(draft, resultArtifact(event))]
    case 'usage':
      draft.task = { ...draft.task, metadata: { ...draft.task.metadata, usage: event.usage } }
      return []
    case 'clarify':
      draft.pause = { state: 'TASK_STATE_INPUT_REQUIRED', parts: clarifyParts(event) }
      return []
    case 'waiting':
      draft.waiting = event.approvals.map(({ approval }) => approval)
      return end(draft, { state: 'TASK_STATE_INPUT_REQUIRED', parts: waitingParts(event, ground.decideAt) }, ground)
    case 'finished':
      return end(draft, draft.pause ?? { state: 'TASK_STATE_COMPLETED', parts: [] }, ground)
    case 'client_calls':
      return end(
        draft,
        { state: 'TASK_STATE_FAILED', parts: [{ text: 'The agent called a tool of its client, and this protocol has none.' }] },
        ground,
      )
    case 'failed':
      return end(
        draft,
        { state: failureStates[event.code] ?? 'TASK_STATE_FAILED', parts: [{ text: event.message }, { data: { code: event.code } }] },
        ground,
      )
    case 'reasoning':
    case 'agent':
    case 'state':
    case 'call':
    case 'arguments':
    case 'called':
      return []
    default:
      return event satisfies never
  }
}

/** `rejected`: the agent would not; `auth-required`: somebody must let it in first; `canceled`: a person stopped the agents. */
const failureStates: Readonly<Record<string, State>> = {
  unauthenticated: 'TASK_STATE_AUTH_REQUIRED',
  not_allowed: 'TASK_STATE_REJECTED',
  conflict: 'TASK_STATE_REJECTED',
  cancelled: 'TASK_STATE_CANCELED',
}

/** Appended to the answer so far; its first words replace what a turn cut by a restart had said. */
function say(draft: Draft, speaker: string, delta: string): StreamEvent {
  const first = draft.text === ''
  const piece = !first && draft.speaker !== speaker ? `\n\n${delta}` : delta
  draft.speaker = speaker
  draft.text += piece
  putArtifact(draft, answerOf(draft, draft.text))
  return artifactUpdate(draft, { artifact: answerOf(draft, piece), append: !first, lastChunk: false })
}

const answerOf = ({ answer }: Draft, text: string): Artifact => ({
  artifactId: answer,
  name: 'answer',
  parts: [{ text, mediaType: 'text/plain' }],
})

function resultArtifact({ call, tool, content, data, ok }: EventOf<'result'>): Artifact {
  const fits = data !== undefined && data !== null && (JSON.stringify(data)?.length ?? 0) <= largestData
  return {
    artifactId: call,
    name: tool,
    description: ok ? 'What the tool gave.' : 'Why the tool failed.',
    parts: [{ text: content, mediaType: 'text/plain' }, ...(fits ? [{ data, mediaType: 'application/json' }] : [])],
    metadata: { tool, ok },
  }
}

function clarifyParts({ question, tool, schema, known }: EventOf<'clarify'>): readonly Part[] {
  return [{ text: question }, { data: { question, tool, schema, known } }]
}

function waitingParts({ approvals }: EventOf<'waiting'>, decideAt: string): readonly Part[] {
  const lines = approvals.map(({ approval, tool, input }) => `- ${tool} ${JSON.stringify(input)} (approval ${approval})`)
  return [
    {
      text: ['This waits for a person’s approval and goes on by itself once they have decided:', ...lines, `Decide at ${decideAt}`].join(
        '\n',
      ),
    },
    {
      data: {
        approvals: approvals.map(({ approval, tool, input, reason, origins }) => ({ approval, tool, input, reason, origins })),
        decide_at: decideAt,
      },
    },
  ]
}

function keepArtifact(draft: Draft, artifact: Artifact): StreamEvent {
  putArtifact(draft, artifact)
  return artifactUpdate(draft, { artifact, append: false, lastChunk: true })
}

function putArtifact(draft: Draft, artifact: Artifact): void {
  const others = draft.task.artifacts.filter(({ artifactId }) => artifactId !== artifact.artifactId)
  draft.task = { ...draft.task, artifacts: [...others, artifact] }
}

interface Change {
  readonly artifact: Artifact
  readonly append: boolean
  readonly lastChunk: boolean
}

const artifactUpdate = ({ task }: Draft, change: Change): StreamEvent => ({
  artifactUpdate: { taskId: task.id, contextId: task.contextId, ...change },
})

/** The answer is closed before the state is told. */
function end(
  draft: Draft,
  { state, parts }: { readonly state: State; readonly parts: readonly Part[] },
  ground: TurnGround,
): readonly StreamEvent[] {
  const closed = draft.text === '' ? [] : [artifactUpdate(draft, { artifact: answerOf(draft, ''), append: true, lastChunk: true })]
  return [...closed, statusOf(draft, { state, parts }, ground)]
}

interface NewStatus {
  readonly state: State
  readonly parts?: readonly Part[]
  /** Told, and not kept: the next one takes its place. */
  readonly passing?: boolean
}

function statusOf(draft: Draft, { state, parts = [], passing = false }: NewStatus, { now, newId }: TurnGround): StreamEvent {
  const { id: taskId, contextId } = draft.task
  const message: Message | undefined =
    parts.length === 0 ? undefined : { messageId: newId('message'), role: 'ROLE_AGENT', taskId, contextId, parts }
  const status = { state, timestamp: now().toISOString(), ...(message === undefined ? {} : { message }) }
  if (!passing) {
    const history = message === undefined ? draft.task.history : [...draft.task.history, message]
    draft.task = { ...draft.task, status, history }
  }
  return { statusUpdate: { taskId, contextId, status } }
}
