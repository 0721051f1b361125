/** Times as people say them: "every weekday at 7" as cron, "the past 24 hours" as 24h, "since Monday" as what follows since. */
import type { Span } from './contract.ts'
import { numberWord } from './numbers.ts'

export interface TimeMention extends Span {
  readonly value: string
}

const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const dayNames = '(?:sun|mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?)(?:day)?s?'
const clock = String.raw`(?:at|@)\s*(?:(\d{1,2})(?:[:.h](\d{2}))?\s*(am|pm|a\.m\.|p\.m\.|o'clock|h)?|(noon|midday|midnight))(?![\d%])`
const period = `(?:minutes?|mins?|hours?|days?|nights?|mornings?|evenings?|weeks?|weekdays?|weekends?|months?|${dayNames})`
const plural = String.raw`(?:(?:sun|mon|tues|wednes|thurs|fri|satur)days|weekdays|weekends)(?:\s*(?:,|and)\s*(?:sun|mon|tues|wednes|thurs|fri|satur)days)*`
const every = String.raw`(?:(?:every|each)\s+(?:(other|\d+|[a-z]+)\s+)?(${period})\b|(hourly|daily|nightly|weekly|monthly)(?![a-z_-])|on\s+((?:${dayNames}|weekdays)(?:\s*(?:,|and)\s*${dayNames})*)|(?:on )?the first of (?:the|each|every) (month)|(${plural})(?=\s*(?:at|@)\b)|(?<=\d\s?(?:am|pm)?\s)(${plural}))(?![\p{L}\p{N}_])`
const everyPattern = new RegExp(String.raw`\b${every}(?:\s*(?:,|and)\s*(${dayNames}))?`, 'iu')
const clockPattern = new RegExp(String.raw`\b${clock}`, 'iu')
const cronPattern = /(?<!\S)["'`]?((?:[\d*/,-]+\s+){2}(?:[\d*/,-]+\s+){2}[\d*/,a-zA-Z-]+)["'`]?(?!\S)|@(?:hourly|daily|weekly|monthly)\b/u

/** The first schedule in the text as a five-field cron expression. */
export function findSchedule(text: string): TimeMention | undefined {
  const literal = cronPattern.exec(text)
  if (literal) return span(literal, literal[1] ?? literal[0])
  const match = everyPattern.exec(text)
  if (!match) return undefined
  const time = clockPattern.exec(text)
  const [minute, hour] = time ? clockOf(time) : [0, undefined]
  const start = Math.min(match.index, time?.index ?? match.index)
  const end = Math.max(match.index + match[0].length, time ? time.index + time[0].length : 0)
  const value = cron(match, minute, hour)
  return value === undefined ? undefined : { start, end, text: text.slice(start, end), value }
}

function cron(match: RegExpExecArray, minute: number, hour: number | undefined): string | undefined {
  const [, countWord, unitWord, adverb, dated, month, before, after, otherDay] = match
  const onDays = dated ?? before ?? after
  const at = `${minute} ${hour ?? 0}`
  const named = [...(onDays ?? unitWord ?? '').split(/\s*(?:,|and)\s*/iu), otherDay ?? ''].map(dayNumber).filter((day) => day !== undefined)
  if (named.length > 0) return `${at} * * ${named.join(',')}`
  const unit = (unitWord ?? adverb ?? onDays ?? month ?? '').toLowerCase().replace(/s$/u, '')
  const count = counted(countWord)
  if (count === undefined) return /^(?:early|late|single)$/iu.test(countWord ?? '') ? `${at} * * *` : undefined
  return byUnit(unit, { count, minute, at })
}

/** "every other" is 2; undefined for a word that is no number. */
function counted(word: string | undefined): number | undefined {
  if (word === undefined) return 1
  const count = word.toLowerCase() === 'other' ? 2 : (numberWord(word.toLowerCase()) ?? Number(word))
  return Number.isInteger(count) && count >= 1 ? count : undefined
}

function byUnit(unit: string, { count, minute, at }: { readonly count: number; readonly minute: number; readonly at: string }): string {
  const hours = count === 1 ? `${minute} * * * *` : `${minute} */${count} * * *`
  const table: Readonly<Record<string, string>> = {
    minute: `*/${count} * * * *`,
    min: `*/${count} * * * *`,
    hour: hours,
    hourly: hours,
    weekday: `${at} * * 1-5`,
    weekend: `${at} * * 0,6`,
    week: `${at} * * 1`,
    weekly: `${at} * * 1`,
    month: `${at} 1 * *`,
    monthly: `${at} 1 * *`,
  }
  return table[unit] ?? (count === 1 ? `${at} * * *` : `${at} */${count} * *`)
}

function dayNumber(word: string): number | undefined {
  const found = days.indexOf(word.trim().toLowerCase().slice(0, 3))
  return found >= 0 && new RegExp(`^${dayNames}$`, 'iu').test(word.trim()) ? found : undefined
}

function clockOf(match: RegExpExecArray): readonly [number, number] {
  const [, hour = '0', minute = '0', half, word] = match
  if (word) return [0, /midnight/iu.test(word) ? 0 : 12]
  const base = Number(hour)
  const pm = /^p/iu.test(half ?? '')
  const am = /^a/iu.test(half ?? '')
  return [Number(minute), pm && base < 12 ? base + 12 : am && base === 12 ? 0 : base]
}

const unitLetters: Readonly<Record<string, string>> = { minute: 'm', hour: 'h', day: 'd', week: 'w', month: 'mo', year: 'y' }

/** "last 7 days" -> 7d; "past week" -> 7d. */
export function findWindow(text: string): TimeMention | undefined {
  const match =
    /\b(?:last|past|previous|recent)\s+(?:(\d+|[a-z]+)[\s-]+)?(minute|hour|day|week|month|year)s?\b|\b(\d+)\s?(h|d|w|m)\b/iu.exec(text)
  if (!match) return undefined
  const [, count, unit, short, letter] = match
  if (short) return span(match, `${short}${letter}`)
  const number = count === undefined ? 1 : (numberWord(count.toLowerCase()) ?? Number(count))
  if (!Number.isFinite(number)) return undefined
  const name = (unit ?? '').toLowerCase()
  if (count === undefined && name === 'week') return span(match, '7d')
  if (count === undefined && name === 'month') return span(match, '30d')
  return span(match, `${number}${unitLetters[name] ?? ''}`)
}

/** What follows "since", or a day such as yesterday; ISO dates as they stand. */
export function findSince(text: string): TimeMention | undefined {
  const date = String.raw`\d{4}-\d{2}-\d{2}(?:T[\d:.]+Z?)?`
  const match = new RegExp(
    String.raw`\b(?:since|after|from|starting)\s+(${date}|(?:last\s+|this\s+|the\s+)?(?:${dayNames}|yesterday|today|week|month|beginning of[\w\s]+?|[a-z]+ \d{1,2}(?:st|nd|rd|th)?(?:,? \d{4})?|\d{1,2} [a-z]+|january|february|march|april|may|june|july|august|september|october|november|december))\b`,
    'iu',
  ).exec(text)
  if (match) return span(match, match[1] ?? '')
  const day =
    /\b(?:yesterday|today|(?:this|last|past|previous) (?:week|month|year|quarter)|(?:last|past|previous) (?:\d+|[a-z]+) (?:hours|days|weeks|months))\b/iu.exec(
      text,
    ) ?? new RegExp(date, 'u').exec(text)
  return day ? span(day, day[0]) : undefined
}

function span(match: RegExpExecArray, value: string): TimeMention {
  return { start: match.index, end: match.index + match[0].length, text: match[0], value }
}
