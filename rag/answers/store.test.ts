import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../../platform/database/database.ts'
import { testDatabases } from '../../platform/testing/harness.ts'
import { normalised, wordsDigest } from './alike.ts'
import { listFeedback, recordFeedback } from './feedback.ts'
import { forgetBeyond, forgetOld } from './forget.ts'
import { type AnswerStore, createAnswerStore, type Given } from './store.ts'

const given = (answer: string): Given => ({ answer, abstained: false, confidence: 0.9, by: 'quote', citations: [], unsupported: [] })
const day = 24 * 60 * 60 * 1000
const never = async (): Promise<boolean> => false
const always = async (): Promise<boolean> => true

describe('two questions', () => {
  it('are the same but for case, space and closing marks', () => {
    expect(normalised('  How  much LEAVE ?? ')).toBe(normalised('how much leave'))
  })

  it('have the same content words whatever the politeness', () => {
    expect(wordsDigest('Please tell me how much leave there is')).toBe(wordsDigest('how much leave there is?'))
    expect(wordsDigest('Wie lange dauert der Urlaub?')).toBe(wordsDigest('Bitte: wie lange dauert Urlaub'))
  })

  it.each([
    ['When was it built?', 'Where was it built?'],
    ['Is leave paid?', 'Is leave not paid?'],
    ['Did Bayern beat Dortmund?', 'Did Dortmund beat Bayern?'],
    ['leave in 2024', 'leave in 2025'],
  ])('differ: %s / %s', (one, other) => expect(wordsDigest(one)).not.toBe(wordsDigest(other)))
})

describe.each(testDatabases)('kept answers on the $kind database', ({ open }) => {
  let db: Database
  let clock = new Date('2026-01-01T00:00:00Z')
  const errors: string[] = []
  const openStore = (base: Database = db): AnswerStore => {
    let ids = 0
    const log = { error: (_: unknown, message: string) => void errors.push(message) }
    return createAnswerStore({ db: base, now: () => clock, newId: (prefix) => `${prefix}_${clock.getTime()}_${ids++}`, log })
  }
  beforeAll(async () => {
    db = await open()
  })
  afterAll(() => db.close())
  const rows = async (): Promise<number> => (await db.query('select 1 from answers')).rowCount

  it('are found before and after they are written', async () => {
    const store = openStore()
    const lookup = { workspace: 'w', ground: 'g', question: 'How much leave?' }
    const id = store.keep({ ...lookup, given: given('30 days.'), caller: 'c' })
    expect(await rows()).toBe(0)
    expect(await store.find(lookup, never)).toMatchObject({ id, given: { answer: '30 days.' } })
    await store.flush()
    expect(await rows()).toBe(1)
    expect(await openStore().find({ ...lookup, question: 'how much LEAVE' }, never)).toMatchObject({ id, given: given('30 days.') })
  })

  it('are given for another wording only where that is found alike', async () => {
    const lookup = { workspace: 'w', ground: 'g', question: 'Please, how much leave?' }
    expect(await openStore().find(lookup, never)).toBeUndefined()
    expect(await openStore().find(lookup, always)).toBeDefined()
    expect(await openStore().find({ ...lookup, question: 'How long is leave?' }, always)).toBeUndefined()
  })

  it('are never found from another workspace or on another ground, nor after a day', async () => {
    const lookup = { workspace: 'w', ground: 'g', question: 'How much leave?' }
    expect(await openStore().find({ ...lookup, workspace: 'v' }, always)).toBeUndefined()
    expect(await openStore().find({ ...lookup, ground: 'h' }, always)).toBeUndefined()
    clock = new Date(clock.getTime() + day + 1)
    expect(await openStore().find(lookup, always)).toBeUndefined()
  })

  it('take one rating from each caller, the latest counting, and only in their workspace', async () => {
    const store = openStore()
    const answer = store.keep({ workspace: 'w', ground: 'g', question: 'Paid?', given: given('Yes.'), caller: 'c' })
    await store.flush()
    const feedback = { answer, comment: '', caller: 'ada', at: clock }
    await recordFeedback(db, 'w', { ...feedback, rating: 'up' })
    await recordFeedback(db, 'w', { ...feedback, rating: 'down', comment: 'no' })
    await recordFeedback(db, 'w', { ...feedback, rating: 'up', caller: 'bob' })
    await expect(recordFeedback(db, 'v', { ...feedback, rating: 'up' })).rejects.toMatchObject({ code: 'not_found' })
    const listed = await listFeedback(db, 'w', { limit: 10 })
    expect(listed.map(({ caller, rating, comment, question, answer: said }) => ({ caller, rating, comment, question, said }))).toEqual(
      expect.arrayContaining([
        { caller: 'ada', rating: 'down', comment: 'no', question: 'Paid?', said: 'Yes.' },
        { caller: 'bob', rating: 'up', comment: '', question: 'Paid?', said: 'Yes.' },
      ]),
    )
    expect(await listFeedback(db, 'w', { limit: 10, rating: 'down' })).toHaveLength(1)
    expect(await listFeedback(db, 'v', { limit: 10 })).toEqual([])
  })

  it('leave after a month, rated ones after a year, and the oldest where there are too many', async () => {
    expect(await rows()).toBe(2)
    await forgetOld(db, new Date(clock.getTime() + 31 * day))
    expect(await rows()).toBe(1)
    await forgetOld(db, new Date(clock.getTime() + 366 * day))
    expect({ answers: await rows(), feedback: await listFeedback(db, 'w', { limit: 10 }) }).toEqual({ answers: 0, feedback: [] })
    const store = openStore()
    for (const question of ['a', 'b', 'c']) {
      clock = new Date(clock.getTime() + 1)
      store.keep({ workspace: 'w', ground: 'g', question, given: given(question), caller: 'c' })
    }
    await store.flush()
    await forgetBeyond(db, { workspace: 'w', most: 2 })
    const { rows: left } = await db.query<{ question: string }>('select question from answers order by question')
    expect(left.map(({ question }) => question)).toEqual(['b', 'c'])
  })

  it('wait while the database is away, and are written once it is back', async () => {
    let away = true
    const shaky: Database = {
      ...db,
      query: (sql, params) => db.query(sql, params),
      background: {
        ...db.background,
        query: async (sql, params) => {
          if (away) throw new Error('away')
          return db.background.query(sql, params)
        },
      },
    }
    const store = openStore(shaky)
    const id = store.keep({ workspace: 'w', ground: 'x', question: 'Odd \0 and \ud800?', given: given('\0'), caller: 'c' })
    await expect(store.flush()).rejects.toThrow('away')
    away = false
    await store.flush()
    const { rows: written } = await db.query<{ question: string }>('select question from answers where id = $1', [id])
    expect(written).toEqual([{ question: 'Odd \ufffd and \ufffd?' }])
  })
})
