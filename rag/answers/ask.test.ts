import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../../platform/database/database.ts'
import { openTestDatabase, temporaryFolder } from '../../platform/testing/harness.ts'
import { subwordOnly } from '../embedding/subword.ts'
import { ingestInto, never } from '../testing.ts'
import type { Answer, AnswerEvent } from './answer.ts'
import { ask, askStream } from './ask.ts'
import { confidenceOf } from './confidence.ts'
import { answerKind, candidatesIn } from './question.ts'
import { shortAnswer } from './short-answer.ts'

const leave =
  '# Leave\n\n## Parental leave\n\nEach parent may take 30 days of paid leave. It must be asked for in writing.\n\n## Sick leave\n\nA note from a doctor is needed after the third day.\n'
const travel = '# Travel\n\nFlights are booked by the office in Lisbon. Trains are preferred below 500 kilometres.\n'

describe('ask', () => {
  let db: Database
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  beforeAll(async () => {
    db = await openTestDatabase()
    folder = await temporaryFolder()
    await mkdir(join(folder.path, 'handbook'))
    await writeFile(join(folder.path, 'handbook', 'leave.md'), leave)
    await writeFile(join(folder.path, 'handbook', 'travel.md'), travel)
    await ingestInto(db, { path: join(folder.path, 'handbook'), collection: 'handbook' })
  })
  afterAll(async () => {
    await db.close()
    await folder.remove()
  })
  const asked = (question: string): Promise<Answer> =>
    ask({ db, embedders: subwordOnly, signal: never }, { workspace: 'default', question, collections: ['handbook'] })

  it('quotes the sentence that answers, at its exact place', async () => {
    const { answer, abstained, shortAnswer: short, citations } = await asked('How many days of paid leave may each parent take?')
    expect({ answer, abstained, short }).toEqual({ answer: 'Each parent may take 30 days of paid leave.', abstained: false, short: '30' })
    expect(citations[0]).toMatchObject({ document: 'leave.md', title: 'Leave › Parental leave', quote: answer })
    for (const { document, quote, start, end } of citations) {
      expect((document === 'leave.md' ? leave : travel).slice(start, end)).toBe(quote)
    }
  })

  it('finds the name that is asked for', async () => {
    const { answer, shortAnswer: short } = await asked('Where is the office that books flights?')
    expect(answer).toBe('Flights are booked by the office in Lisbon.')
    expect(short).toBe('Lisbon')
  })

  it('cites whole passages with their places, none that says nothing of the question', async () => {
    const { citations } = await asked('How many days of paid leave may each parent take?')
    expect(new Set(citations.map(({ document, chunk }) => `${document} ${chunk}`)).size).toBe(citations.length)
    for (const { document, passage, passageStart, passageEnd, quote } of citations) {
      expect((document === 'leave.md' ? leave : travel).slice(passageStart, passageEnd)).toBe(passage)
      expect(passage).toContain(quote)
    }
    expect(citations.map(({ document }) => document)).not.toContain('travel.md')
  })

  it('joins two neighbouring sentences where each holds a part of the question', async () => {
    const { answer } = await asked('Who books flights in Lisbon, and below how many kilometres are trains preferred?')
    expect(answer).toBe('Flights are booked by the office in Lisbon. Trains are preferred below 500 kilometres.')
  })

  it('completes a follow-up from the conversation and says what it searched for', async () => {
    const history = [{ question: 'How many days of paid leave may each parent take?', answer: '30 days.' }]
    const request = { workspace: 'default', question: 'Must it be asked for in writing?', history }
    const { answer, searched } = await ask({ db, embedders: subwordOnly, signal: never }, request)
    expect(answer).toContain('It must be asked for in writing.')
    expect(searched).toMatch(/^Must it be asked for in writing\? \(.*paid leave.*\)$/)
  })

  it('streams what it finds, then the answer, and stops when nobody reads on', async () => {
    const request = { workspace: 'default', question: 'How many days of paid leave may each parent take?' }
    const ground = { db, embedders: subwordOnly, signal: never }
    const events: AnswerEvent[] = []
    for await (const event of askStream(ground, request)) events.push(event)
    expect(events.map(({ type }) => type)).toEqual(['passages', 'text', 'answer'])
    expect(events[1]).toEqual({ type: 'text', text: 'Each parent may take 30 days of paid leave.' })
    for await (const { type } of askStream(ground, request)) {
      expect(type).toBe('passages')
      break
    }
    const failing = askStream(ground, { ...request, collections: ['nothing'] })
    await expect(failing[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'not_found' })
  })

  it('searches several collections, and only those', async () => {
    const request = { workspace: 'default', question: 'How many days of paid leave may each parent take?' }
    await expect(
      ask({ db, embedders: subwordOnly, signal: never }, { ...request, collections: ['handbook', 'nothing'] }),
    ).rejects.toMatchObject({
      code: 'not_found',
    })
  })

  it('abstains in words when the documents say nothing about it', async () => {
    const { abstained, answer, confidence, citations } = await asked('Who invented the steam engine in Scotland?')
    expect(abstained).toBe(true)
    expect(answer).toMatch(/do not seem to answer|nothing about this/)
    expect(confidence).toBeLessThan(0.5)
    for (const { quote } of citations) expect(leave + travel).toContain(quote)
  })

  it('abstains over a workspace without documents', async () => {
    const answer = await ask({ db, embedders: subwordOnly, signal: never }, { workspace: 'empty', question: 'Anything?' })
    expect(answer).toMatchObject({ abstained: true, confidence: 0, citations: [] })
  })
})

describe('answerKind', () => {
  it.each([
    ['number', 'How many people live there?'],
    ['number', 'Wie viele Menschen leben dort?'],
    ['number', '¿Cuántos días hay?'],
    ['date', 'When was it built?'],
    ['date', 'In which year did it end?'],
    ['date', 'Wann endete es?'],
    ['name', 'Who wrote it?'],
    ['name', '¿Dónde está?'],
    ['open', 'Why does it rain?'],
  ])('sees a %s in "%s"', (kind, question) => {
    expect(answerKind(question)).toBe(kind)
  })
})

describe('shortAnswer', () => {
  it('takes the candidate nearest to the words of the question', () => {
    const sentence = 'Built in 1889, the tower was repaired in 1986 and is 330 metres high.'
    expect(shortAnswer(sentence, 'When was the tower repaired?')).toBe('1986')
    expect(shortAnswer(sentence, 'Why was it built?')).toBeUndefined()
  })
  it('takes the number of what is counted, the year alone, and no name that the question has said', () => {
    expect(shortAnswer('He made 5 sacks, three forced fumbles and 118 tackles.', 'How many tackles did he make?')).toBe('118')
    expect(shortAnswer('Tesla died on 7 January 1943.', 'In what year did Tesla die?')).toBe('1943')
    expect(shortAnswer("Denver's General Manager is John Elway.", 'Who is the General Manager of Denver?')).toBe('John Elway')
  })
  it('does not repeat the question', () => {
    expect(candidatesIn('Anna Bauer met Otto Klein.', 'name', 'Who met Otto Klein?').map(({ start, end }) => [start, end])).toEqual([
      [0, 10],
    ])
  })
})

describe('confidenceOf', () => {
  const middle = { passage: 0.5, sentence: 0.5, names: 0.5, together: 0.5, lead: 0.3, ahead: 0.2, fits: 0, open: 1 }
  it('rises with what the passage and the sentence say of the question', () => {
    for (const better of [{ passage: 0.9 }, { sentence: 0.9 }, { names: 1 }, { together: 1 }, { lead: 0.6 }, { ahead: 0.6 }]) {
      expect(confidenceOf({ ...middle, ...better })).toBeGreaterThan(confidenceOf(middle))
    }
  })
  it('is higher where the sentence holds the kind of thing that is asked for', () => {
    expect(confidenceOf({ ...middle, fits: 1, open: 0 })).toBeGreaterThan(confidenceOf({ ...middle, fits: 0, open: 0 }))
  })
  it('is near nothing where nothing is said', () => {
    expect(confidenceOf({ passage: 0, sentence: 0, names: 0, together: 0, lead: 1, ahead: 0, fits: 0, open: 1 })).toBeLessThan(0.1)
  })
})
