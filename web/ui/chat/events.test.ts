/** Only what is understood gets through the border. */
import { EventType } from '@ag-ui/core'
import { EventSchema } from '@ag-ui/core/schemas'
import { describe, expect, it } from 'vitest'
import { parseEvent, readMessages, readMeter, readPlan, readProgress } from './events.ts'

const read = (event: unknown) => parseEvent(JSON.stringify(event))

describe('an AG-UI event from the wire', () => {
  it('is read when it is one the page knows', () => {
    const result = {
      type: EventType.TOOL_CALL_RESULT,
      messageId: 'm',
      toolCallId: 'c',
      content: 'Trained.',
      metadata: { ok: true, data: { run: 'r' } },
    }
    expect(EventSchema.safeParse(result).success).toBe(true)
    expect(read(result)).toEqual({ type: 'TOOL_CALL_RESULT', toolCallId: 'c', text: 'Trained.', data: { run: 'r' }, failed: false })

    const interrupt = {
      id: 'approval_1',
      reason: 'approval',
      message: 'Deploying alters what is live.',
      toolCallId: 'c',
      metadata: { tool: 't', input: {} },
    }
    const finished = { type: EventType.RUN_FINISHED, threadId: 't', runId: 'r', outcome: { type: 'interrupt', interrupts: [interrupt] } }
    expect(EventSchema.safeParse(finished).success).toBe(true)
    expect(read(finished)).toEqual({
      type: 'RUN_FINISHED',
      outcome: 'interrupt',
      approvals: [{ approval: 'approval_1', call: 'c', tool: 't', input: {}, reason: 'Deploying alters what is live.' }],
    })
  })

  it('is read for every type the page draws, as the protocol writes it', () => {
    const events = [
      { type: EventType.RUN_STARTED, threadId: 't', runId: 'r', metadata: { model: 'm', mark: 'x' } },
      { type: EventType.TEXT_MESSAGE_START, messageId: 'm', role: 'assistant' },
      { type: EventType.TEXT_MESSAGE_CONTENT, messageId: 'm', delta: 'x' },
      { type: EventType.TEXT_MESSAGE_END, messageId: 'm' },
      { type: EventType.TOOL_CALL_START, toolCallId: 'c', toolCallName: 't' },
      { type: EventType.TOOL_CALL_ARGS, toolCallId: 'c', delta: '{}' },
      { type: EventType.TOOL_CALL_END, toolCallId: 'c' },
      { type: EventType.REASONING_MESSAGE_CONTENT, messageId: 'r', delta: 'x' },
      { type: EventType.SUBAGENT_STARTED, subagentRunId: 'a', name: 'data' },
      { type: EventType.ACTIVITY_SNAPSHOT, messageId: 'p', activityType: 'PLAN', content: { steps: [] } },
      { type: EventType.ACTIVITY_DELTA, messageId: 'p', activityType: 'PLAN', patch: [{ op: 'add', path: '/a', value: 1 }] },
      { type: EventType.STATE_SNAPSHOT, snapshot: {} },
      { type: EventType.STATE_DELTA, delta: [{ op: 'add', path: '/a', value: 1 }] },
      { type: EventType.MESSAGES_SNAPSHOT, messages: [] },
      { type: EventType.CUSTOM, name: 'millrace.progress', value: {} },
      { type: EventType.RUN_ERROR, message: 'x', code: 'internal' },
    ]
    for (const event of events) {
      expect(EventSchema.safeParse(event).success, event.type).toBe(true)
      expect(read(event)?.type).toBe(event.type)
    }
  })

  it('is skipped when it is unknown or malformed', () => {
    for (const text of ['', '[DONE]', '{"type"', '"x"', 'null', '{}', '{"type":7}', '{"type":"FUTURE_EVENT"}', '{"type":"constructor"}'])
      expect(parseEvent(text), text).toBeUndefined()
    expect(read({ type: 'TOOL_CALL_START', toolCallName: 'no id' })).toBeUndefined()
    expect(read({ type: 'TEXT_MESSAGE_CONTENT', messageId: '' })).toBeUndefined()
  })

  it('may carry the whole result as JSON text', () => {
    const content = JSON.stringify({ content: 'Done.', data: { rows: 3 } })
    expect(read({ type: 'TOOL_CALL_RESULT', messageId: 'm', toolCallId: 'c', content })).toMatchObject({ text: 'Done.', data: { rows: 3 } })
  })
})

describe('messages of the past', () => {
  it('are read in AG-UI form and in the form of the history', () => {
    const agui = [
      { id: '1', role: 'user', content: [{ type: 'text', text: 'Hi' }] },
      { id: '2', role: 'assistant', toolCalls: [{ id: 'c', type: 'function', function: { name: 't', arguments: '{"a":1}' } }] },
    ]
    const history = [
      { id: '1', role: 'user', text: 'Hi' },
      { id: '2', role: 'assistant', text: '', calls: [{ id: 'c', tool: 't', input: { a: 1 } }] },
    ]
    expect(readMessages(agui)).toEqual(readMessages(history))
    expect(readMessages('nonsense')).toEqual([])
    const answered = { id: '3', role: 'tool', text: 'Failed.', call: 'c', ok: false, data: { rows: 1 } }
    expect(readMessages([answered])).toMatchObject([{ call: 'c', text: 'Failed.', data: { rows: 1 }, failed: true }])
  })
})

describe('progress', () => {
  it('says how far, in words, and for which run', () => {
    expect(readProgress({ call: 'c', run: 'r', progress: { fraction: 0.5, message: 'Fold 2' } })).toEqual({
      call: 'c',
      run: 'r',
      fraction: 0.5,
      message: 'Fold 2',
    })
    expect(readProgress({ progress: {} })).toBeUndefined()
  })
})

describe('a plan', () => {
  it('is its steps, those that cannot be read left out', () => {
    const steps = [
      { id: '1', title: 'Look', state: 'done', tool: 'profile_data', condition: 'x' },
      { id: '2', title: 'Go', state: 'odd' },
      { id: '3' },
      7,
    ]
    expect(readPlan({ steps })).toEqual([
      { id: '1', title: 'Look', state: 'done', tool: 'profile_data', condition: 'x' },
      { id: '2', title: 'Go', state: 'pending', tool: undefined, condition: undefined },
    ])
    expect(readPlan('nonsense')).toEqual([])
  })
})

describe('what a turn costs', () => {
  it('is read from our half of the state, beside its budget', () => {
    const millrace = { usage: { input: 10, output: 2, usd: 0.5 }, budget: { tokens: 100, usd: 5 } }
    expect(readMeter({ millrace })).toEqual({ tokens: 12, usd: 0.5, budget: { tokens: 100, usd: 5 } })
    expect(readMeter({ millrace: { usage: { input: 1 } } })).toBeUndefined()
    expect(readMeter({ usage: { input: 1, output: 1 } })).toBeUndefined()
  })
})
