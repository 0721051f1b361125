import { describe, expect, it } from 'vitest'
import type { ChatEvent } from '../chat.ts'
import { turnOfTask } from './turn.ts'
import { type StreamEvent, type Task, withHistory } from './wire.ts'

const asked: Task = {
  id: 'task_1',
  contextId: 'context_1',
  status: { state: 'TASK_STATE_SUBMITTED', timestamp: '2026-01-01T00:00:00.000Z' },
  artifacts: [],
  history: [{ messageId: 'm', contextId: 'context_1', taskId: 'task_1', role: 'ROLE_USER', parts: [{ text: 'hi' }] }],
  metadata: {},
}
const ground = {
  now: () => new Date('2026-01-02T00:00:00Z'),
  newId: (prefix: string) => `${prefix}_1`,
  decideAt: 'https://ml.example/#/approvals',
}

function play(
  task: Task,
  ...events: readonly ChatEvent[]
): { readonly task: Task; readonly told: readonly StreamEvent[]; readonly waiting: readonly string[] } {
  const turn = turnOfTask(task, ground)
  const told = events.flatMap((event) => turn.take(event))
  return { task: turn.task(), told, waiting: turn.waiting() }
}

const text = (delta: string, message = 'm1'): ChatEvent => ({ type: 'text', message, delta })
const started: ChatEvent = { type: 'started', turn: 't', model: 'script', mark: 'offline' }
const finished: ChatEvent = { type: 'finished' }

describe('a turn of a task', () => {
  it('tells pieces and keeps the whole', () => {
    const { task, told } = play(asked, started, text('Good '), text('day.'), text('Bye.', 'm2'), finished)
    expect(task).toMatchObject({
      status: { state: 'TASK_STATE_COMPLETED', timestamp: '2026-01-02T00:00:00.000Z' },
      artifacts: [{ artifactId: 'answer-1', name: 'answer', parts: [{ text: 'Good day.\n\nBye.' }] }],
      metadata: { model: 'script', mark: 'offline' },
    })
    const pieces = told.flatMap((event) => ('artifactUpdate' in event ? [event.artifactUpdate] : []))
    expect(pieces.map(({ append, lastChunk }) => [append, lastChunk])).toEqual([
      [false, false],
      [true, false],
      [true, false],
      [true, true],
    ])
    expect(pieces.map(({ artifact }) => artifact.parts[0]?.text).join('')).toBe('Good day.\n\nBye.')
  })

  it('that is done again replaces what it had said', () => {
    const cut = play(asked, started, text('Half of')).task
    const { task, told } = play(cut, started, text('All of it.'), finished)
    expect(task.artifacts.map(({ parts }) => parts[0]?.text)).toEqual(['All of it.'])
    expect(told.find((event) => 'artifactUpdate' in event)).toMatchObject({ artifactUpdate: { append: false } })
  })

  it('keeps what tools gave, without data that is too large', () => {
    const result = (call: string, data: unknown): ChatEvent => ({
      type: 'result',
      call,
      tool: 'query_data',
      content: 'Rows.',
      data,
      ok: true,
    })
    const { task } = play(asked, result('a', { rows: [1] }), result('b', { rows: 'x'.repeat(300_000) }))
    expect(task.artifacts).toMatchObject([
      { artifactId: 'a', name: 'query_data', parts: [{ text: 'Rows.' }, { data: { rows: [1] } }], metadata: { ok: true } },
      { artifactId: 'b', parts: [{ text: 'Rows.' }] },
    ])
  })

  it('pauses for a person, with what waits and where to decide', () => {
    const approvals = [{ approval: 'ap_1', call: 'c', tool: 'deploy_model', input: { model: 'm' }, reason: 'It changes what is live.' }]
    const { task, waiting } = play(asked, { type: 'waiting', approvals }, text('too late'), finished)
    expect(waiting).toEqual(['ap_1'])
    expect(task.status).toMatchObject({
      state: 'TASK_STATE_INPUT_REQUIRED',
      message: {
        role: 'ROLE_AGENT',
        parts: [{ text: expect.stringContaining('deploy_model {"model":"m"}') }, { data: { decide_at: ground.decideAt } }],
      },
    })
    expect(task.artifacts).toEqual([])
    expect(task.history).toHaveLength(2)
  })

  it.each([
    ['unauthenticated', 'TASK_STATE_AUTH_REQUIRED'],
    ['not_allowed', 'TASK_STATE_REJECTED'],
    ['cancelled', 'TASK_STATE_CANCELED'],
    ['deadline', 'TASK_STATE_FAILED'],
    ['internal', 'TASK_STATE_FAILED'],
  ])('that failed with %s leaves the task in %s', (code, state) => {
    expect(play(asked, { type: 'failed', code, message: 'No.' }).task.status).toMatchObject({
      state,
      message: { parts: [{ text: 'No.' }, { data: { code } }] },
    })
  })

  it('tells plans and progress in passing', () => {
    const { task, told } = play(asked, started, {
      type: 'progress',
      call: 'c',
      tool: 'train_model',
      progress: { message: 'Fold 1' },
      run: 'run_1',
    })
    expect(told.at(-1)).toMatchObject({
      statusUpdate: { status: { state: 'TASK_STATE_WORKING', message: { parts: [{ text: 'Fold 1' }, { data: { run: 'run_1' } }] } } },
    })
    expect(task.history).toHaveLength(1)
  })
})

it('a history is as long as asked', () => {
  const long = { ...asked, history: [1, 2, 3].flatMap(() => asked.history) }
  expect([undefined, 0, 2, 9].map((length) => withHistory(long, length).history.length)).toEqual([3, 0, 2, 3])
})
