import type { Event } from '@ag-ui/core'
import { EventEncoder } from '@ag-ui/encoder'
import { describe, expect, it } from 'vitest'
import type { ChatEvent, PlanStep } from '../../agents/chat.ts'
import { createAguiMapper, type TurnOptions } from './agui-events.ts'
import { activitiesAfter, mistakesIn, stateAfter } from './test-agui.ts'

const started: ChatEvent = { type: 'started', turn: 't', model: 'planner', mark: 'offline planner' }

const ids = { threadId: 'thread', runId: 'run' }

function mapped(...events: readonly ChatEvent[]): readonly Event[] {
  return mappedWith({}, ...events)
}

function mappedWith(options: Partial<TurnOptions>, ...events: readonly ChatEvent[]): readonly Event[] {
  const mapper = createAguiMapper({ ...ids, ...options })
  return [started, ...events].flatMap((event) => mapper.map(event))
}

const typesOf = (events: readonly Event[]): readonly string[] => events.map((event) => event.type)

const aCall: readonly ChatEvent[] = [
  { type: 'call', call: 'c/1~', tool: 'train_model' },
  { type: 'arguments', call: 'c/1~', delta: '{"dataset":' },
  { type: 'arguments', call: 'c/1~', delta: '"churn"}' },
  { type: 'called', call: 'c/1~' },
  { type: 'progress', call: 'c/1~', tool: 'train_model', progress: { fraction: 0.5, message: 'Fold 3 of 5' }, run: 'run_1' },
  { type: 'result', call: 'c/1~', tool: 'train_model', content: 'Trained.', data: { run: 'run_1' }, ok: true },
]

const planOf = (...states: readonly PlanStep['state'][]): readonly PlanStep[] =>
  states.map((state, at) => ({ id: `s${at}`, title: `Step ${at}`, tool: 'train_model', state }))

const stories: Readonly<Record<string, readonly ChatEvent[]>> = {
  'an answer': [{ type: 'text', message: 'm', delta: 'Hello' }, { type: 'text', message: 'm', delta: '' }, { type: 'finished' }],
  'a call between words': [
    { type: 'text', message: 'm', delta: 'Training' },
    ...aCall,
    { type: 'text', message: 'm', delta: 'Done' },
    { type: 'finished' },
  ],
  'a call that never got its result': [{ type: 'call', call: 'c', tool: 'predict' }, { type: 'finished' }],
  'two calls of one tool at once': [
    { type: 'call', call: 'a', tool: 'predict' },
    { type: 'called', call: 'a' },
    { type: 'call', call: 'b', tool: 'predict' },
    { type: 'called', call: 'b' },
    { type: 'result', call: 'a', tool: 'predict', content: 'A', data: { p: 1 }, ok: true },
    { type: 'result', call: 'b', tool: 'predict', content: 'No', data: undefined, ok: false },
    { type: 'finished' },
  ],
  'a call that waits for a person': [
    { type: 'call', call: 'c', tool: 'delete_model' },
    { type: 'called', call: 'c' },
    { type: 'waiting', approvals: [{ approval: 'ap_1', call: 'c', tool: 'delete_model', input: { model: 'm' }, reason: 'It deletes.' }] },
  ],
  'the result of a call that waited in an earlier turn': [
    { type: 'progress', call: 'old', tool: 'delete_model', progress: { message: 'Deleting' } },
    { type: 'result', call: 'old', tool: 'delete_model', content: 'Gone.', data: {}, ok: true },
    { type: 'finished' },
  ],
  'a question back': [
    { type: 'clarify', question: 'Which column?', tool: 'train_model', known: { dataset: 'churn' } },
    { type: 'finished' },
  ],
  'thoughts, a plan and specialists': [
    { type: 'reasoning', message: 'm', delta: 'First ' },
    { type: 'reasoning', message: 'm', delta: 'the data.' },
    { type: 'plan', steps: planOf('pending', 'pending') },
    { type: 'agent', name: 'data' },
    { type: 'plan', steps: planOf('running', 'pending') },
    { type: 'text', message: 'm', delta: 'Looking.' },
    ...aCall,
    { type: 'plan', steps: planOf('done', 'running') },
    { type: 'agent', name: 'training' },
    { type: 'usage', usage: { input: 100, output: 20, usd: 0.01 } },
    { type: 'reasoning', message: 'm', delta: 'Then the model.' },
    { type: 'agent', name: undefined },
    { type: 'plan', steps: planOf('done', 'done') },
    { type: 'plan', steps: planOf('done', 'done') },
    { type: 'text', message: 'm', delta: 'Done.' },
    { type: 'finished' },
  ],
  'a specialist that is interrupted': [
    { type: 'agent', name: 'operations' },
    { type: 'call', call: 'c', tool: 'delete_model' },
    { type: 'called', call: 'c' },
    { type: 'waiting', approvals: [{ approval: 'ap_1', call: 'c', tool: 'delete_model', input: {}, reason: 'It deletes.' }] },
  ],
  'a specialist that fails': [
    { type: 'agent', name: 'data' },
    { type: 'reasoning', message: 'm', delta: 'Hm' },
    { type: 'failed', code: 'deadline', message: 'The budget of 10 steps is used up.' },
  ],
  'calls that the client runs': [
    { type: 'call', call: 'c', tool: 'show_chart' },
    { type: 'arguments', call: 'c', delta: '{"kind":' },
    { type: 'arguments', call: 'c', delta: '"bar"}' },
    { type: 'called', call: 'c' },
    {
      type: 'client_calls',
      calls: [
        { call: 'c', tool: 'show_chart', input: { kind: 'bar' } },
        { call: 'd', tool: 'show_chart', input: { kind: 'line' } },
      ],
    },
  ],
  'a state that the agent changes': [
    { type: 'call', call: 's', tool: 'set_state' },
    { type: 'arguments', call: 's', delta: '{"recipe":{"title":"Soup"}}' },
    { type: 'called', call: 's' },
    { type: 'state', state: { recipe: { title: 'Soup', steps: ['Cut', 'Cook'] } } },
    { type: 'result', call: 's', tool: 'set_state', content: 'Done.', data: undefined, ok: true },
    { type: 'state', state: { recipe: { title: 'Soup', steps: ['Cut'] }, done: true } },
    { type: 'finished' },
  ],
  'a failure in the middle of words': [
    { type: 'text', message: 'm', delta: 'I' },
    { type: 'failed', code: 'unavailable', message: 'The model does not answer.' },
  ],
}

describe('a turn as AG-UI events', () => {
  it.each(Object.entries(stories))(
    'is valid AG-UI with one terminal event, patches that apply and arguments that parse: %s',
    (_, story) => {
      const events = mapped(...story)
      expect(mistakesIn(events)).toEqual([])
      expect(stateAfter(events)).toMatchObject({ millrace: { model: 'planner', mark: 'offline planner' } })
    },
  )

  it.each(Object.entries(stories))('can be sent as protobuf: %s', (_, story) => {
    const encoder = new EventEncoder({ accept: 'application/vnd.ag-ui.event+proto' })
    for (const event of mapped(...story)) expect(encoder.encodeBinary({ ...event }).length).toBeGreaterThan(4)
  })

  it('opens and closes every bracket in order', () => {
    expect(typesOf(mapped(...(stories['a call between words'] ?? [])))).toEqual([
      'RUN_STARTED',
      'STATE_SNAPSHOT',
      'CUSTOM',
      'TEXT_MESSAGE_START',
      'TEXT_MESSAGE_CONTENT',
      'TEXT_MESSAGE_END',
      'TOOL_CALL_START',
      'STATE_DELTA',
      'TOOL_CALL_ARGS',
      'TOOL_CALL_ARGS',
      'TOOL_CALL_END',
      'STEP_STARTED',
      'STATE_DELTA',
      'CUSTOM',
      'STATE_DELTA',
      'TOOL_CALL_RESULT',
      'STEP_FINISHED',
      'STATE_DELTA',
      'TEXT_MESSAGE_START',
      'TEXT_MESSAGE_CONTENT',
      'TEXT_MESSAGE_END',
      'RUN_FINISHED',
    ])
  })

  it('keeps how a call went in the shared state, whatever its id looks like', () => {
    expect(stateAfter(mapped(...aCall, { type: 'finished' }))).toMatchObject({
      millrace: { calls: { 'c/1~': { tool: 'train_model', state: 'succeeded', progress: { fraction: 0.5 }, run: 'run_1' } } },
    })
  })

  it('carries the typed half of a result beside its sentence', () => {
    expect(mapped(...aCall)).toContainEqual(
      expect.objectContaining({
        type: 'TOOL_CALL_RESULT',
        content: 'Trained.',
        metadata: { tool: 'train_model', ok: true, data: { run: 'run_1' } },
      }),
    )
  })

  it('turns approvals into interrupts that say what would run', () => {
    expect(mapped(...(stories['a call that waits for a person'] ?? [])).at(-1)).toMatchObject({
      type: 'RUN_FINISHED',
      outcome: {
        type: 'interrupt',
        interrupts: [
          {
            id: 'ap_1',
            reason: 'approval',
            message: 'It deletes.',
            toolCallId: 'c',
            metadata: { tool: 'delete_model', input: { model: 'm' } },
          },
        ],
      },
    })
  })

  it('asks back in words for every client and as a form for those who draw one', () => {
    const events = mapped(...(stories['a question back'] ?? []))
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'TEXT_MESSAGE_CONTENT', delta: 'Which column?', metadata: { clarify: true } }),
    )
    expect(events).toContainEqual(
      expect.objectContaining({ name: 'millrace.clarify', value: expect.objectContaining({ tool: 'train_model' }) }),
    )
  })

  it('says nothing after the terminal event', () => {
    const mapper = createAguiMapper({ threadId: 'thread', runId: 'run' })
    mapper.map(started)
    mapper.map({ type: 'finished' })
    expect(mapper.ended()).toBe(true)
    expect(mapper.map({ type: 'failed', code: 'internal', message: 'late' })).toEqual([])
    expect(mapper.map({ type: 'text', message: 'm', delta: 'late' })).toEqual([])
  })

  it('shows the plan as an activity and in the state, whole at first and then what changed', () => {
    const events = mapped(...(stories['thoughts, a plan and specialists'] ?? []))
    const steps = planOf('done', 'done')
    expect([...activitiesAfter(events).values()]).toEqual([{ steps }])
    expect(stateAfter(events)).toMatchObject({ millrace: { plan: steps } })
    expect(typesOf(events).filter((type) => type === 'ACTIVITY_SNAPSHOT')).toHaveLength(1)
    expect(events.filter(({ type }) => type === 'ACTIVITY_DELTA')).toHaveLength(3)
  })

  it('keeps thoughts apart from words, and names the specialist while it works', () => {
    const events = mapped(...(stories['thoughts, a plan and specialists'] ?? []))
    const ids = new Set(events.flatMap((event) => (event.type === 'REASONING_MESSAGE_CONTENT' ? event.messageId : [])))
    expect(events.some((event) => event.type === 'TEXT_MESSAGE_START' && ids.has(event.messageId))).toBe(false)
    expect(events.flatMap((event) => (event.type === 'SUBAGENT_STARTED' ? event.name : []))).toEqual(['data', 'training'])
    expect(stateAfter(events)).not.toHaveProperty('millrace.agent')
  })

  it('tells the cost as it grows and on the terminal event', () => {
    const events = mapped(...(stories['thoughts, a plan and specialists'] ?? []))
    expect(stateAfter(events)).toMatchObject({ millrace: { usage: { input: 100, output: 20, usd: 0.01 } } })
    expect(events.at(-1)).toMatchObject({ usage: [{ model: 'planner', inputTokens: 100, outputTokens: 20, totalTokens: 120 }] })
  })

  it('leaves calls of client tools open for the client, each whole', () => {
    const events = mapped(...(stories['calls that the client runs'] ?? []))
    expect(events.at(-1)).toMatchObject({ outcome: { type: 'success', pendingToolCallIds: ['c', 'd'] } })
    expect(events.filter(({ type }) => type === 'TOOL_CALL_RESULT')).toEqual([])
    expect(stateAfter(events)).toMatchObject({ millrace: { calls: { c: { state: 'waiting' }, d: { state: 'waiting' } } } })
  })

  it('does not tell the client the result that it made itself', () => {
    const result: ChatEvent = { type: 'result', call: 'c', tool: 'show_chart', content: 'Shown.', data: undefined, ok: true }
    expect(typesOf(mappedWith({ answered: ['c'] }, result, { type: 'finished' }))).not.toContain('TOOL_CALL_RESULT')
    expect(typesOf(mapped(result, { type: 'finished' }))).toContain('TOOL_CALL_RESULT')
  })

  it('shares the client\u2019s half of the state as patches, predicted while its arguments stream, and keeps ours out of reach', () => {
    const given = { recipe: { title: '', steps: [] } }
    const story = stories['a state that the agent changes'] ?? []
    const forged: ChatEvent = { type: 'state', state: { recipe: 1, millrace: { calls: {} }, constructor: 1, context: 2 } }
    const events = mappedWith({ state: given, hidden: ['context'] }, ...story.slice(0, -1), forged, { type: 'finished' })
    expect(mistakesIn(events)).toEqual([])
    expect(stateAfter(events)).toMatchObject({ recipe: 1, millrace: { calls: { s: { state: 'succeeded' } } } })
    expect(Object.keys(Object(stateAfter(events))).sort()).toEqual(['millrace', 'recipe'])
    expect(events).toContainEqual({
      type: 'CUSTOM',
      name: 'PredictState',
      value: [{ state_key: 'recipe', tool: 'set_state', tool_argument: 'recipe' }],
    })
    const at = (type: string): number => typesOf(events).indexOf(type)
    expect(events.findIndex((event) => event.type === 'CUSTOM' && event.name === 'PredictState')).toBeLessThan(at('TOOL_CALL_START'))
  })

  it('says that a turn was stopped, once', () => {
    const mapper = createAguiMapper(ids)
    const story: readonly ChatEvent[] = [started, { type: 'agent', name: 'data' }, { type: 'text', message: 'm', delta: 'I' }]
    const events = [...story.flatMap((event) => mapper.map(event)), ...mapper.cancel()]
    expect(mistakesIn(events)).toEqual([])
    expect(events.at(-1)).toMatchObject({ type: 'RUN_FINISHED', outcome: { type: 'cancelled' } })
    expect(mapper.cancel()).toEqual([])
  })
})
