import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { Fault } from '../../platform/fault.ts'
import { newId } from '../../platform/id.ts'
import { openTestDatabase } from '../../platform/testing/harness.ts'
import type { Generator } from '../../rag/answers/generator.ts'
import { type AnswerStore, createAnswerStore } from '../../rag/answers/store.ts'
import { handbook, openRagServer, type RagServer } from './rag-testing.ts'
import type { Answer } from './test-server.ts'

/** The hosted model: says what a passage says, in pieces, or breaks off where the question wants it. */
const generator: Generator = {
  name: 'scripted',
  async *generate({ user }, signal) {
    if (user.includes('strange')) throw new Fault('unavailable', 'The model cannot be reached.')
    for (const piece of ['Each parent may take ', '30 days of paid leave', ' [1]', '.']) {
      signal.throwIfAborted()
      yield piece
    }
  },
}

let rag: RagServer
let answers: AnswerStore
const send: RagServer['send'] = (path, options) => rag.send(path, options)
beforeAll(async () => {
  const db = await openTestDatabase()
  const log = { error: (fields: object, message: string) => console.error(message, fields) }
  answers = createAnswerStore({ db, now: () => new Date(), newId, log })
  rag = await openRagServer({ db, ports: { generator, answers } })
  await send('/api/collections/handbook/documents', { body: { documents: handbook, language: 'english' } })
})
afterAll(async () => {
  await answers.flush()
  await rag.close()
})

const streamedEvent = z.object({ text: z.string().optional(), answer: z.string().optional() }).loose()
const eventsIn = ({ text }: Answer): readonly { readonly type: string; readonly data: z.output<typeof streamedEvent> }[] =>
  [...text.matchAll(/event: (\w+)\ndata: (.*)\n\n/g)].map(([, type = '', data = '']) => ({
    type,
    data: streamedEvent.parse(JSON.parse(data)),
  }))

describe('a question over HTTP', () => {
  const question = 'How many days of paid leave may a parent take?'

  it('is answered as JSON', async () => {
    const one = await send('/api/collections/handbook/ask', { body: { question } })
    expect(one).toMatchObject({ status: 200, json: { abstained: false, answer: expect.stringContaining('30 days') } })
    expect((await send('/api/ask', { body: { question } })).json).toMatchObject({ abstained: false })
  })

  it('is answered as a stream of events that ends with the answer', async () => {
    const answer = await send('/api/collections/handbook/ask', {
      headers: { accept: 'text/event-stream' },
      body: { question, fresh: true },
    })
    expect(answer.headers['content-type']).toBe('text/event-stream')
    const events = eventsIn(answer)
    expect(events.map(({ type }) => type).filter((type, at, all) => type !== all[at - 1])).toEqual(['passages', 'text', 'answer'])
    expect(events.at(-1)?.data).toMatchObject({ abstained: false, answer: expect.stringContaining('30 days'), answered_by: 'model' })
    const said = events.flatMap(({ type, data }) => (type === 'text' ? [data.text] : [])).join('')
    expect(said).toBe(events.at(-1)?.data.answer)
    const whole = await send('/api/collections/handbook/ask', { body: { question } })
    expect({ ...events.at(-1)?.data, answer_id: '', cached: true }).toEqual({ ...Object(whole.json), answer_id: '', cached: true })
  })

  it('is rated by its id, and only where there was such an answer', async () => {
    const { answer_id: id } = z.object({ answer_id: z.string() }).parse((await send('/api/ask', { body: { question } })).json)
    const rated = await send(`/api/answers/${id}/feedback`, { as: 'viewer', body: { rating: 'up', comment: 'Right.' } })
    expect(rated).toMatchObject({ status: 200, json: { answer: id, rating: 'up' } })
    expect(await send('/api/answers/answer_nothing/feedback', { body: { rating: 'up' } })).toMatchObject({ status: 404 })
    expect(await send(`/api/answers/${id}/feedback`, { body: { rating: 'meh' } })).toMatchObject({ status: 422 })
    expect(await send(`/api/answers/${id}/feedback`, { body: { rating: 'up', answer: 'another' } })).toMatchObject({ status: 400 })
    expect(await send('/api/answers/%00/feedback', { body: { rating: 'up' } })).toMatchObject({ status: 422 })
  })

  it('ends when its asker hangs up', async () => {
    const asked = new AbortController()
    const stream = await fetch(`${rag.url}/api/ask`, {
      method: 'POST',
      signal: asked.signal,
      headers: { ...(await rag.as('admin')), accept: 'text/event-stream', 'content-type': 'application/json' },
      body: JSON.stringify({ question: 'Who books flights to Lisbon?', fresh: true }),
    })
    asked.abort()
    await stream.text().catch(() => undefined)
    expect(await send('/healthz')).toMatchObject({ status: 200 })
  })

  it('that cannot be asked is a problem, not a stream', async () => {
    const headers = { accept: 'text/event-stream' }
    expect(await send('/api/ask', { headers, body: {} })).toMatchObject({ status: 422, json: { code: 'invalid_input' } })
    expect(await send('/api/collections/nothing/ask', { headers, body: { question } })).toMatchObject({
      status: 404,
      json: { code: 'not_found' },
    })
  })
})
