/** What the page shows is a fold over events: these are whole turns replayed. */
import { describe, expect, it } from 'vitest'
import { type Action, announcement, type Conversation, emptyConversation, reduce, undecided } from './conversation.ts'
import { inputOf } from './entries.ts'
import type { StudioEvent } from './events.ts'

const replay = (actions: readonly Action[], from: Conversation = emptyConversation): Conversation => actions.reduce(reduce, from)
const asked: Action = { type: 'asked', id: 'u1', text: 'Train a model' }
const event = (one: StudioEvent): Action => ({ type: 'event', event: one })
const finished = event({ type: 'RUN_FINISHED', outcome: 'success', approvals: [] })
const text = (messageId: string, delta: string): Action => event({ type: 'TEXT_MESSAGE_CONTENT', messageId, delta })
const call = (id: string, tool: string, args: readonly string[]): readonly Action[] => [
  event({ type: 'TOOL_CALL_START', toolCallId: id, toolCallName: tool }),
  ...args.map((delta) => event({ type: 'TOOL_CALL_ARGS', toolCallId: id, delta })),
  event({ type: 'TOOL_CALL_END', toolCallId: id }),
]
const result = (id: string, data: unknown, failed = false): Action =>
  event({ type: 'TOOL_CALL_RESULT', toolCallId: id, text: 'said', data, failed })
const progress = (id: string, fraction: number): Action =>
  event({ type: 'CUSTOM', name: 'millrace.progress', value: { call: id, run: 'run_1', progress: { fraction, message: 'Fold' } } })

describe('a turn', () => {
  it('grows word by word and carries the mark of who answered', () => {
    const view = replay([
      asked,
      event({ type: 'RUN_STARTED', model: 'offline', mark: 'Answered without a hosted model' }),
      event({ type: 'TEXT_MESSAGE_START', messageId: 'm1' }),
      text('m1', 'Hello '),
      text('m1', 'there.'),
      event({ type: 'TEXT_MESSAGE_END', messageId: 'm1' }),
      finished,
    ])
    expect(view.entries).toEqual([
      { kind: 'user', id: 'u1', text: 'Train a model' },
      { kind: 'assistant', id: 'm1', text: 'Hello there.', mark: 'Answered without a hosted model' },
    ])
    expect(view.phase).toBe('idle')
    expect(announcement(view)).toBe('Hello there.')
  })

  it('shows a call from its arguments over its progress to its result', () => {
    const begun = replay([asked, ...call('c1', 'train_model', ['{"dataset":', '"churn"}'])])
    expect(begun.entries[1]).toMatchObject({ kind: 'call', phase: 'running', tool: 'train_model' })
    expect(inputOf({ argumentsText: '{"dataset":"churn"}' })).toEqual({ dataset: 'churn' })
    const working = replay([progress('c1', 0.4)], begun)
    expect(working.entries[1]).toMatchObject({ progress: { fraction: 0.4, message: 'Fold' }, run: 'run_1' })
    expect(announcement(working)).toBe('Fold')
    const done = replay([result('c1', { run: 'run_1' }), finished], working)
    expect(done.entries[1]).toMatchObject({ phase: 'succeeded', data: { run: 'run_1' } })
    expect(done.entries[1]).not.toHaveProperty('progress')
  })

  it('ends once: whatever comes after the terminal event changes nothing', () => {
    const ended = replay([asked, text('m1', 'Done.'), finished])
    const after: readonly Action[] = [
      text('m1', ' More.'),
      event({ type: 'RUN_ERROR', message: 'late', code: undefined }),
      finished,
      { type: 'closed' },
      { type: 'stopped' },
      { type: 'failed', code: 'x', message: 'late' },
    ]
    for (const action of after) expect(reduce(ended, action)).toBe(ended)
  })

  it('that is cut off says so, and no call seems to run on', () => {
    const view = replay([asked, ...call('c1', 'train_model', ['{}']), { type: 'closed' }])
    expect(view.entries.at(-1)).toMatchObject({ kind: 'failure', code: 'cut_off' })
    expect(view.entries[1]).toMatchObject({ phase: 'failed' })
    expect(view.phase).toBe('idle')
  })

  it('that is stopped by the person stops its calls without an error', () => {
    const view = replay([asked, ...call('c1', 'train_model', ['{}']), { type: 'stopped' }, { type: 'closed' }])
    expect(view.entries.map((entry) => entry.kind)).toEqual(['user', 'call'])
    expect(view.entries[1]).toMatchObject({ phase: 'stopped' })
  })

  it('ignores custom events it does not know and keeps its state through a patch that does not fit', () => {
    const view = replay([
      asked,
      event({ type: 'STATE_SNAPSHOT', snapshot: { calls: {} } }),
      event({ type: 'STATE_DELTA', delta: [{ op: 'add', path: '/calls/c1', value: { state: 'running' } }] }),
      event({ type: 'STATE_DELTA', delta: [{ op: 'replace', path: '/nowhere/x', value: 1 }] }),
      event({ type: 'CUSTOM', name: 'someone.else', value: { call: 'c1' } }),
    ])
    expect(view.state).toEqual({ calls: { c1: { state: 'running' } } })
    expect(view.entries).toHaveLength(1)
  })

  it('puts a question back with the schema of its form', () => {
    const schema = { type: 'object' }
    const view = replay([
      asked,
      event({ type: 'CUSTOM', name: 'millrace.clarify', value: { question: 'Which column?', schema } }),
      finished,
    ])
    expect(view.entries.at(-1)).toMatchObject({ kind: 'clarify', question: 'Which column?', schema })
    expect(announcement(view)).toBe('Which column?')
  })
})

describe('what a turn shows of itself', () => {
  const plan = (state: string): unknown => ({ steps: [{ id: 's1', title: 'Look', state }] })
  const told = event({ type: 'ACTIVITY_SNAPSHOT', messageId: 'p1', activityType: 'PLAN', content: plan('pending') })

  it('is its plan, in one place however often it is told or patched', () => {
    const running = event({ type: 'ACTIVITY_DELTA', messageId: 'p1', patch: [{ op: 'replace', path: '/steps/0/state', value: 'running' }] })
    const wrong = event({ type: 'ACTIVITY_DELTA', messageId: 'p1', patch: [{ op: 'replace', path: '/nowhere/0', value: 1 }] })
    const stray = event({ type: 'ACTIVITY_DELTA', messageId: 'other', patch: [{ op: 'add', path: '/x', value: 1 }] })
    const view = replay([asked, told, text('m1', 'Hi'), running, wrong, stray])
    expect(view.entries.map(({ kind }) => kind)).toEqual(['user', 'plan', 'assistant'])
    expect(view.entries[1]).toMatchObject({ content: plan('running') })
    expect(replay([told], view).entries[1]).toMatchObject({ content: plan('pending') })
    const other = event({ type: 'ACTIVITY_SNAPSHOT', messageId: 'x', activityType: 'WEATHER', content: {} })
    expect(replay([other], view).entries).toHaveLength(3)
  })

  it('is its thoughts and who works on it', () => {
    const view = replay([
      asked,
      event({ type: 'REASONING_MESSAGE_CONTENT', messageId: 'r1', delta: 'First ' }),
      event({ type: 'REASONING_MESSAGE_CONTENT', messageId: 'r1', delta: 'this.' }),
      event({ type: 'SUBAGENT_STARTED', subagentRunId: 'a1', name: 'data' }),
    ])
    expect(view.entries.slice(1)).toEqual([
      { kind: 'reasoning', id: 'r1', text: 'First this.' },
      { kind: 'agent', id: 'a1', name: 'data' },
    ])
  })

  it('is that its connection is gone, until the next event or its end', () => {
    const lost = replay([asked, text('m1', 'Hi'), { type: 'reconnecting' }])
    expect([lost.trouble, lost.phase, announcement(lost)]).toEqual(['reconnecting', 'open', 'The connection is lost. Reconnecting.'])
    expect(replay([text('m1', ' there')], lost).trouble).toBeUndefined()
    expect(replay([finished], lost)).toMatchObject({ phase: 'idle', trouble: undefined })
    expect(reduce(replay([finished], lost), { type: 'reconnecting' }).trouble).toBeUndefined()
  })

  it('is that it is being stopped, until it is', () => {
    const stopping = replay([asked, { type: 'stopping' }, text('m1', 'Still')])
    expect(stopping.trouble).toBe('stopping')
    const cancelled = event({ type: 'RUN_FINISHED', outcome: 'cancelled', approvals: [] })
    expect(replay([cancelled], stopping)).toMatchObject({ phase: 'idle', trouble: undefined })
  })

  it('that goes on is taken up again from a snapshot of what was said', () => {
    const loaded = replay([{ type: 'attached' }])
    const message = { text: 'Hello', calls: [], call: undefined, data: undefined, failed: false, mark: undefined }
    const view = replay(
      [event({ type: 'MESSAGES_SNAPSHOT', messages: [{ ...message, id: 'u', role: 'user' }] }), text('m1', 'Hi'), finished],
      loaded,
    )
    expect(view.entries.map(({ kind }) => kind)).toEqual(['user', 'assistant'])
  })
})

describe('approvals', () => {
  const approval = { approval: 'a1', call: 'c1', tool: 'tool', input: { model: 'churn' }, reason: 'It alters what is live.' }
  const paused = replay([
    asked,
    ...call('c1', 'deploy_model', ['{"model":"churn"}']),
    event({ type: 'RUN_FINISHED', outcome: 'interrupt', approvals: [approval] }),
  ])

  it('pause the turn with a card for each call that waits', () => {
    expect(paused.phase).toBe('paused')
    expect(paused.entries[1]).toMatchObject({ kind: 'call', phase: 'waiting' })
    expect(undecided(paused).map((entry) => [entry.approval, entry.tool])).toEqual([['a1', 'deploy_model']])
    expect(announcement(paused)).toBe('Waiting for your approval.')
  })

  it('let the turn go on once decided, and the call ends in the same card', () => {
    const resumed = replay([{ type: 'decided', approval: 'a1', decision: 'approve' }, { type: 'resumed' }], paused)
    expect(undecided(resumed)).toEqual([])
    expect(resumed.phase).toBe('open')
    const done = replay([result('c1', { live: true }), text('m2', 'Live.'), finished], resumed)
    expect(done.entries.map((entry) => entry.kind)).toEqual(['user', 'call', 'approval', 'assistant'])
    expect(done.entries[1]).toMatchObject({ phase: 'succeeded', data: { live: true } })
  })
})

describe('a conversation of the past', () => {
  const loading: Conversation = { ...emptyConversation, phase: 'loading' }

  it('is built from its messages, results joined to their calls', () => {
    const message = { text: '', calls: [], call: undefined, data: undefined, failed: false, mark: undefined }
    const view = reduce(loading, {
      type: 'loaded',
      approvals: [],
      messages: [
        { ...message, id: '1', role: 'user', text: 'Profile it' },
        {
          ...message,
          id: '2',
          role: 'assistant',
          calls: [
            { id: 'c1', tool: 'profile_data', arguments: '{}' },
            { id: 'c2', tool: 'x', arguments: '{}' },
          ],
        },
        { ...message, id: '3', role: 'tool', call: 'c1', text: 'said', data: { rows: 1 } },
        { ...message, id: '4', role: 'assistant', text: 'One row.' },
      ],
    })
    expect(view.entries.map((entry) => [entry.kind, entry.id])).toEqual([
      ['user', '1'],
      ['call', 'c1'],
      ['call', 'c2'],
      ['assistant', '4'],
    ])
    expect(view.entries[1]).toMatchObject({ phase: 'succeeded', data: { rows: 1 } })
    expect(view.entries[2]).toMatchObject({ phase: 'stopped' })
  })

  it('does not overwrite a turn that has begun meanwhile', () => {
    const open = replay([asked, text('m1', 'Hi')])
    expect(reduce(open, { type: 'loaded', messages: [], approvals: [] })).toBe(open)
  })

  it('shows the approval its last call still waits for, and no other', () => {
    const message = { text: '', calls: [], call: undefined, data: undefined, failed: false, mark: undefined }
    const calls = [{ id: 'c1', tool: 'deploy_model', arguments: '{"model":"churn","version":2}' }]
    const pending = { call: undefined, tool: 'deploy_model', reason: 'It alters what is live.' }
    const view = reduce(loading, {
      type: 'loaded',
      messages: [
        { ...message, id: '1', role: 'user', text: 'Deploy it' },
        { ...message, id: '2', role: 'assistant', calls },
      ],
      approvals: [
        { ...pending, approval: 'other', input: { model: 'churn', version: 1 } },
        { ...pending, approval: 'ours', input: { version: 2, model: 'churn' } },
      ],
    })
    expect(undecided(view)).toMatchObject([{ approval: 'ours', call: 'c1' }])
    expect(view.phase).toBe('paused')
    expect(view.entries[1]).toMatchObject({ phase: 'waiting' })
  })

  it('knows the approval of a call whose tool filled in what was not said', () => {
    const message = { text: '', calls: [], call: undefined, data: undefined, failed: false, mark: undefined }
    const calls = [{ id: 'c1', tool: 'train_model', arguments: '{"dataset":"customers","params":{"depth":3}}' }]
    const pending = { call: undefined, tool: 'train_model', reason: 'It adds something new.' }
    const view = reduce(loading, {
      type: 'loaded',
      messages: [
        { ...message, id: '1', role: 'user', text: 'Train it' },
        { ...message, id: '2', role: 'assistant', calls },
      ],
      approvals: [
        { ...pending, approval: 'other', input: { dataset: 'orders', params: { depth: 3 }, folds: 5 } },
        { ...pending, approval: 'ours', input: { dataset: 'customers', params: { depth: 3, leaves: 20 }, folds: 5 } },
      ],
    })
    expect(undecided(view)).toMatchObject([{ approval: 'ours', call: 'c1' }])
  })
})
