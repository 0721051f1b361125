import { type Event, EventType } from '@ag-ui/core'
import { describe, expect, it } from 'vitest'
import type { Caller } from '../../platform/caller.ts'
import { createTurnKeys, type TurnKeys, type TurnRecord } from './turn-keys.ts'

const caller: Caller = { id: 'local:owner', name: 'owner', kind: 'person', role: 'admin', workspace: 'default', channel: 'browser' }
const finished: Event = { type: EventType.RUN_FINISHED, threadId: 't', runId: 'r' }
const words = (delta: string): Event => ({ type: EventType.TEXT_MESSAGE_CONTENT, messageId: 'm', delta })

function begin(keys: TurnKeys, input: unknown = 'hello', who = caller): TurnRecord {
  const begun = keys.begin(who, 'key', input)
  if ('replay' in begun) throw new Error('It was told again.')
  return begun.record
}

const conflict = (words: string): unknown => expect.objectContaining({ code: 'conflict', message: expect.stringContaining(words) })

describe('the key of a chat turn', () => {
  it('tells a finished turn again', () => {
    const keys = createTurnKeys()
    const record = begin(keys)
    record.add(words('Hi'))
    record.add(finished)
    record.end()
    expect(keys.begin(caller, 'key', 'hello')).toEqual({ replay: [words('Hi'), finished] })
  })

  it('belongs to one caller of one workspace', () => {
    const keys = createTurnKeys()
    begin(keys)
    expect(() => begin(keys, 'hello', { ...caller, id: 'token:ann' })).not.toThrow()
    expect(() => begin(keys, 'hello', { ...caller, workspace: 'other' })).not.toThrow()
  })

  it('is refused for another input and while the turn goes on', () => {
    const keys = createTurnKeys()
    begin(keys)
    expect(() => keys.begin(caller, 'key', 'other')).toThrow(conflict('another turn'))
    expect(() => keys.begin(caller, 'key', 'hello')).toThrow(conflict('still goes on'))
  })

  it('is free again after a turn that broke or was left', () => {
    const keys = createTurnKeys()
    const broken = begin(keys)
    broken.add({ type: EventType.RUN_ERROR, message: 'x' })
    broken.end()
    begin(keys).end()
    expect(() => begin(keys)).not.toThrow()
  })

  it('points to the thread when the turn was too long to keep', () => {
    const keys = createTurnKeys()
    const record = begin(keys)
    for (let said = 0; said < 100; said++) record.add(words('x'.repeat(5000)))
    record.add(finished)
    record.end()
    expect(() => keys.begin(caller, 'key', 'hello')).toThrow(conflict('/api/threads/'))
  })

  it('makes room for newer ones', () => {
    const keys = createTurnKeys()
    begin(keys).add(finished)
    for (let other = 0; other < 500; other++) keys.begin(caller, `other-${other}`, 'hello')
    expect(() => begin(keys)).not.toThrow()
  })
})
