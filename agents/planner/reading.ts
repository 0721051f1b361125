/** A message read once: its words and everything in it that could be a value, each with its place. */
import type { Span, World } from './contract.ts'
import { apart, type ColumnMention, type Entity, findColumns, findEntities } from './entities.ts'
import { type IdeaHit, ideasOf, isKnownWord } from './ideas.ts'
import { findIds, findPaths, findQuantities, findQuoted, findVersions, type Literal, type Quantity } from './literals.ts'
import { findRecord } from './records.ts'
import { findSchedule, findWindow, type TimeMention } from './times.ts'
import { type Word, wordsOf } from './words.ts'

export interface Reading {
  readonly text: string
  readonly words: readonly Word[]
  readonly ideas: readonly IdeaHit[]
  readonly entities: readonly Entity[]
  readonly columns: readonly ColumnMention[]
  readonly quoted: readonly Literal[]
  readonly paths: readonly Literal[]
  readonly versions: readonly Quantity[]
  readonly quantities: readonly Quantity[]
  readonly ids: readonly Literal[]
  readonly schedule: TimeMention | undefined
  /** Two columns or more with their values: one row of data. */
  readonly row: Span | undefined
  /** "the last 7 days". */
  readonly window: TimeMention | undefined
}

export function read(text: string, world: World): Reading {
  const allQuoted = findQuoted(text)
  const entitiesAll = findEntities(text, world)
  const names = new Set(entitiesAll.map(({ name }) => name.toLowerCase()))
  const quoted = allQuoted.filter(({ value }) => !names.has(value.toLowerCase()))
  const paths = findPaths(text).filter((path) => quoted.every((quote) => apart(quote, path)))
  const closed: readonly Span[] = [...quoted, ...paths]
  const entities = entitiesAll.filter((entity) => closed.every((span) => apart(span, entity)))
  const columns = findColumns(text, world, [...closed, ...entities])
  const anonymous = masked(text, [...closed, ...entities])
  const schedule = original(text, findSchedule(anonymous))
  const window = original(text, findWindow(anonymous))
  const versions = findVersions(
    text,
    entities.filter(({ kinds }) => kinds.includes('model')),
  )
  const ids = findIds(text, [...closed, ...entities, ...columns])
  const quantities = findQuantities(text, [
    ...closed,
    ...entities,
    ...versions,
    ...ids,
    ...(schedule ? [schedule] : []),
    ...(window ? [window] : []),
  ])
  const words = wordsOf(text)
  const record = findRecord(text, columns, [...entities, ...versions])
  const row = record && Object.keys(record.value).length > 1 ? record : undefined
  const silent: readonly Span[] = [
    ...closed,
    ...entities,
    ...ids,
    ...versions,
    ...(window ? [window] : []),
    ...(row ? [row] : []),
    ...columns.filter(({ text: said }) => !isKnownWord(said)),
    ...(row ? [] : labelled(words, columns)),
  ]
  const said = ideasOf(words, (word) => silent.every((span) => apart(span, word)))
  const ideas = [
    ...said,
    ...(schedule ? [{ idea: 'schedule', weight: 1, start: schedule.start, end: schedule.end }] : []),
    ...(row ? [{ idea: 'predict', weight: 0.6, start: row.start, end: row.end }] : []),
  ]
  return { text, words, ideas, entities, columns, quoted, paths, versions, quantities, ids, schedule, window, row }
}

/** Names become x's of the same length: "on thunder" says no Thursday. */
function masked(text: string, spans: readonly Span[]): string {
  const chars = Array.from({ length: text.length }, (_, at) => text.charAt(at))
  for (const { start, end } of spans) chars.fill('x', start, end)
  return chars.join('')
}

const original = (text: string, found: TimeMention | undefined): TimeMention | undefined =>
  found && { ...found, text: text.slice(found.start, found.end) }

/** "predicts churned" says what a model is to learn, not that one is to be asked. */
function labelled(words: readonly Word[], columns: readonly ColumnMention[]): readonly Word[] {
  return words.filter(
    ({ lower, end }) =>
      /^(?:predict(?:s|ing)?|forecast(?:s|ing)?|classif(?:y|ies|ying)|estimat(?:e|es|ing))$/u.test(lower) &&
      columns.some((column) => column.start > end && column.start - end < 8),
  )
}

/** The part of a reading that lies inside a span. */
export function within(reading: Reading, { start, end }: Pick<Span, 'start' | 'end'>): Reading {
  const inside = <T extends Span | Word | IdeaHit>(list: readonly T[]): readonly T[] =>
    list.filter((item) => item.start >= start && item.end <= end)
  const { schedule, window, row } = reading
  const covers = (span: Span | undefined): boolean => span !== undefined && span.start >= start && span.end <= end
  return {
    text: reading.text,
    words: inside(reading.words),
    ideas: inside(reading.ideas),
    entities: inside(reading.entities),
    columns: inside(reading.columns),
    quoted: inside(reading.quoted),
    paths: inside(reading.paths),
    versions: inside(reading.versions),
    quantities: inside(reading.quantities),
    ids: inside(reading.ids),
    schedule: covers(schedule) ? schedule : undefined,
    window: covers(window) ? window : undefined,
    row: covers(row) ? row : undefined,
  }
}
