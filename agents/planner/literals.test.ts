import { describe, expect, it } from 'vitest'
import { findPaths, findQuantities, findVersions } from './literals.ts'
import { findRecord } from './records.ts'
import { findSchedule, findWindow } from './times.ts'

describe('findSchedule', () => {
  it.each([
    ['every day at 2am', '0 2 * * *'],
    ['every weekday at 7:30', '30 7 * * 1-5'],
    ['each Monday at 5', '0 5 * * 1'],
    ['every Tuesday and Friday at 18:15', '15 18 * * 2,5'],
    ['hourly', '0 * * * *'],
    ['every 15 minutes', '*/15 * * * *'],
    ['every six hours', '0 */6 * * *'],
    ['on the first of each month at 3am', '0 3 1 * *'],
    ['nightly at 11pm', '0 23 * * *'],
    ['daily at noon', '0 12 * * *'],
    ['with cron 5 4 * * 0', '5 4 * * 0'],
  ])('%s: %s', (text, cron) => {
    expect(findSchedule(text)?.value).toBe(cron)
  })

  it('finds none in a name or in plain words', () => {
    expect(findSchedule('run nightly_retrain now')).toBeUndefined()
    expect(findSchedule('how many days of holiday')).toBeUndefined()
  })
})

describe('findWindow', () => {
  it.each([
    ['over the last 7 days', '7d'],
    ['in the past 24 hours', '24h'],
    ['during the last week', '7d'],
    ['the last three weeks', '3w'],
  ])('%s: %s', (text, window) => {
    expect(findWindow(text)?.value).toBe(window)
  })
})

describe('numbers', () => {
  it('are read with their units, in digits and words', () => {
    expect(findQuantities('20% of five at 0.25, 1,000 rows, 10-fold', []).map(({ value }) => value)).toEqual([20, 5, 0.25, 1000, 10])
  })

  it('give the smaller part of a ratio', () => {
    expect(findQuantities('split 80/20', [])).toMatchObject([{ value: 0.2, ratio: true }])
  })

  it('are versions when said so or right behind a model', () => {
    const model = { start: 0, end: 9, text: 'churn-clf' }
    expect(findVersions('churn-clf 4', [model]).map(({ value }) => value)).toEqual([4])
    expect(findVersions('version 3 and v5', []).map(({ value }) => value)).toEqual([3, 5])
    expect(findVersions('churn-clf 20% now', [model])).toEqual([])
  })
})

describe('paths', () => {
  it('are files, folders and URLs, without the mark that ends the sentence', () => {
    const text = 'Load s3://b/x.parquet, ./docs/hr and https://e.org/a.csv. Then 80/20 or a/b.'
    expect(findPaths(text).map(({ value }) => value)).toEqual(['s3://b/x.parquet', './docs/hr', 'https://e.org/a.csv'])
  })
})

describe('findRecord', () => {
  const columns = (text: string, ...names: string[]): Parameters<typeof findRecord>[1] =>
    names.map((name) => ({ name, datasets: ['d'], start: text.indexOf(name), end: text.indexOf(name) + name.length, text: name }))

  it.each([
    ['tenure 3, plan basic, charges 79.5', { tenure: 3, plan: 'basic', charges: 79.5 }],
    ['tenure = 3; plan: "very new"; charges is 7', { tenure: 3, plan: 'very new', charges: 7 }],
    ['tenure 3, plan a, charges 20', { tenure: 3, plan: 'a', charges: 20 }],
    ['{"tenure": 3, "other": null}', { tenure: 3, other: null }],
  ])('%s', (text, record) => {
    expect(
      findRecord(
        text,
        columns(text, 'tenure', 'plan', 'charges').filter(({ start }) => start >= 0),
      )?.value,
    ).toEqual(record)
  })

  it('finds no value where only grammar follows a column', () => {
    const text = 'predict plan for the tenure group'
    expect(findRecord(text, columns(text, 'plan'))).toBeUndefined()
  })
})
