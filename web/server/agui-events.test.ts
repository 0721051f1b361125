import type { Event } from '@ag-ui/core'
import { EventSchemas } from '@ag-ui/core/schemas'
import { EventEncoder } from '@ag-ui/encoder'
import fastJsonPatch from 'fast-json-patch'
import { describe, expect, it } from 'vitest'
import type { ChatEvent } from '../../agents/chat.ts'
import { createAguiMapper } from './agui-events.ts'

const started: ChatEvent = { type: 'started', turn: 't', model: 'planner', mark: 'offline planner' }

function mapped(...events: readonly ChatEvent[]): readonly Event[] {
  const mapper = createAguiMapper({ threadId: 'thread', runId: 'run' })
  return [started, ...events].flatMap((event) => mapper.map(event))
}

const typesOf = (events: readonly Event[]): readonly string[] => events.map((event) => event.type)

/** The state a client holds after the stream; throws when a patch does not fit. */
function stateAfter(events: readonly Event[]): unknown {
  let state: unknown
  for (const event of events) {
    if (event.type === 'STATE_SNAPSHOT') state = structuredClone(event.snapshot)
    if (event.type === 'STATE_DELTA') state = fastJsonPatch.applyPatch(state, structuredClone(event.delta), true).newDocument
  }
  return state
}

const aCall: readonly ChatEvent[] = [
  { type: 'call', call: 'c/1~', tool: 'train_model' },
  { type: 'arguments', call: 'c/1~', delta: '{"dataset":' },
  { type: 'arguments', call: 'c/1~', delta: '"churn"}' },
  { type: 'called', call: 'c/1~' },
  { type: 'progress', call: 'c/1~', tool: 'train_model', progress: { fraction: 0.5, message: 'Fold 3 of 5' }, run: 'run_1' },
  { type: 'result', call: 'c/1~', tool: 'train_model', content: 'Trained.', data: { run: 'run_1' }, ok: true },
]

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
      for (const event of events) expect(EventSchemas.safeParse(JSON.parse(JSON.stringify(event))).error).toBeUndefined()
      expect(typesOf(events).filter((type) => type === 'RUN_FINISHED' || type === 'RUN_ERROR')).toHaveLength(1)
      expect(['RUN_FINISHED', 'RUN_ERROR']).toContain(events.at(-1)?.type)
      expect(events[0]?.type).toBe('RUN_STARTED')
      expect(stateAfter(events)).toMatchObject({ model: 'planner', mark: 'offline planner' })
      const said = new Map<string, string>()
      for (const event of events)
        if (event.type === 'TOOL_CALL_ARGS') said.set(event.toolCallId, (said.get(event.toolCallId) ?? '') + event.delta)
      for (const text of said.values()) expect(() => JSON.parse(text)).not.toThrow()
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
      calls: { 'c/1~': { tool: 'train_model', state: 'succeeded', progress: { fraction: 0.5 }, run: 'run_1' } },
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
})
