/** Slots that take words as they are: queries, questions, texts, lists of steps, paths, rows, ids, times. */
import type { Span } from './contract.ts'
import { before, type Filling, placed, saidIn, set, unused } from './filling.ts'
import { isKnownWord } from './ideas.ts'
import { findRecord } from './records.ts'
import type { Slot } from './slots.ts'
import { findSince, findWindow } from './times.ts'
import { countedParams } from './values.ts'
import { stem, wordsOf } from './words.ts'

export function fillPath(filling: Filling, slot: Slot): void {
  const [path] = [...unused(filling, filling.clause.paths), ...unused(filling, filling.clause.quoted)]
  if (path) {
    set(filling, slot, path.value, path)
    return
  }
  const file = /(?<![\p{L}\p{N}_./-])[\p{L}\p{N}_-]+\.[a-z][a-z0-9]{1,6}(?![\p{L}\p{N}])/u.exec(saidIn(filling))
  if (file) set(filling, slot, file[0], placed(filling, { start: file.index, end: file.index + file[0].length, text: file[0] }))
}

export function fillCron(filling: Filling, slot: Slot): void {
  const { schedule } = filling.clause
  if (schedule) set(filling, slot, schedule.value, schedule)
}

export function fillWindow(filling: Filling, slot: Slot): void {
  const found = findWindow(saidIn(filling))
  if (found) set(filling, slot, found.value, placed(filling, found))
}

export function fillSince(filling: Filling, slot: Slot): void {
  const found = findSince(saidIn(filling))
  if (found) set(filling, slot, found.value, placed(filling, found))
}

export function fillRecord(filling: Filling, slot: Slot): void {
  if (slot.nameStems.includes(stem('params')) && !/\{|=|\bparam/iu.test(saidIn(filling))) {
    fillCounts(filling, slot)
    return
  }
  const inside = filling.clause.columns.map((column) => ({
    ...column,
    start: column.start - filling.start,
    end: column.end - filling.start,
  }))
  const names = [...filling.clause.entities, ...filling.clause.versions].map((span) => ({
    ...span,
    start: span.start - filling.start,
    end: span.end - filling.start,
  }))
  const found = findRecord(saidIn(filling), inside, names)
  const span = found && placed(filling, found)
  if (found && span && filling.used.every((other) => other.text !== span.text || other.start !== span.start))
    set(filling, slot, slot.many ? [found.value] : found.value, span)
}

/** "4 clusters", "a forest of 200 trees": a number before what an algorithm has a number of. */
function fillCounts(filling: Filling, slot: Slot): void {
  const algorithm = [...filling.values.values()].find((value) => typeof value === 'string' && Object.hasOwn(countedParams, value))
  if (typeof algorithm !== 'string') return
  for (const [param, words] of Object.entries(countedParams[algorithm] ?? {})) {
    const found = unused(filling, filling.clause.quantities).find(({ end, value, percent }) => {
      const [next = ''] = wordsOf(filling.clause.text.slice(end, filling.end)).map(({ lower }) => lower)
      return !percent && Number.isInteger(value) && words.includes(next)
    })
    if (found) set(filling, slot, { [param]: found.value }, found)
  }
}

/** JSON as it was written. */
export function fillObject(filling: Filling, slot: Slot): void {
  const said = saidIn(filling)
  const [opening, closing] = slot.many ? ['[', ']'] : ['{', '}']
  const [start, end] = [said.indexOf(opening), said.lastIndexOf(closing) + 1]
  if (start < 0 || end <= start) return
  try {
    const value: unknown = JSON.parse(said.slice(start, end))
    set(filling, slot, value, placed(filling, { start, end, text: said.slice(start, end) }))
  } catch {
    // Not JSON: no value.
  }
}

/** An identifier, best one that stands behind a word of the slot's name. */
export function fillId(filling: Filling, slot: Slot): void {
  const ids = unused(filling, filling.clause.ids)
  const [id] = [...ids.filter((one) => slot.nameStems.some((name) => before(filling, one.start, 20).includes(name))), ...ids]
  if (id) {
    set(filling, slot, id.value, id)
    return
  }
  const [quoted] = unused(filling, filling.clause.quoted)
  if (quoted) set(filling, slot, quoted.value, quoted)
}

const closeTopic = /\b(?:about|regarding|concerning|mention(?:s|ing)?|containing|matching)\s+/iu
const topic = /\b(?:for|on|of|with|say(?:s|ing)?)\s+/iu

/** What to look for: the quoted words, or what stands behind "for" and "about", without the rest of the request. */
export function fillQuery(filling: Filling, slot: Slot): void {
  const [quoted] = unused(filling, filling.clause.quoted)
  if (quoted) {
    set(filling, slot, quoted.value, quoted)
    return
  }
  const said = saidIn(filling)
  const marked = blank(filling, said)
  const match = closeTopic.exec(marked) ?? topic.exec(marked)
  const start = match ? match.index + match[0].length : afterVerbs(marked)
  const { text, offset } = trimmed(said.slice(start), marked.slice(start))
  if (text !== '') set(filling, slot, text, placed(filling, { start: start + offset, end: start + offset + text.length, text }))
}

/** Used-up words with the prepositions that led to them become blanks. */
function blank(filling: Filling, said: string): string {
  let text = said
  const hide = (start: number, end: number): void => {
    text = text.slice(0, start) + ' '.repeat(Math.max(0, end - start)) + text.slice(end)
  }
  for (const span of filling.used) {
    const lead =
      /(?:\b(?:in|from|within|of|on|into|the|our|my|among|using|by|with|only|show|give me|return|limit(?:ed)? to|top|first|best)\s+|,\s*)*$/iu.exec(
        text.slice(0, span.start - filling.start),
      )
    const tail = /^\s*(?:collection|results?|hits|passages|matches|mode|search|docs|documents)?\b/iu.exec(
      text.slice(span.end - filling.start),
    )
    hide(span.start - filling.start - (lead?.[0].length ?? 0), span.end - filling.start + (tail?.[0].length ?? 0))
  }
  return text
}

function afterVerbs(marked: string): number {
  const match =
    /^(?:\s*(?:please|can|could|you|search|find|look|up|get|show|me|the|documents?|passages?|for|a|an|all|retrieve|lookup|matches|everything|anything|what|is|in|do|we|have)\b[\s,:]*)+/iu.exec(
      marked,
    )
  return match?.[0].length ?? 0
}

/** Up to the first blanked part, without loose punctuation and trailing requests. */
function trimmed(said: string, marked: string): { readonly text: string; readonly offset: number } {
  const offset = marked.search(/\S/u)
  if (offset < 0) return { text: '', offset: 0 }
  const gap = /\s{2,}|[.?!]\s*$|\s+(?:and|,)\s+(?:give|show|return|list|tell)\b/u.exec(marked.slice(offset))
  const text = said.slice(offset, gap ? offset + gap.index : undefined).replace(/[\s,;:.?!]+$|\s+(?:and|in|from)$/gu, '')
  return { text, offset }
}

/** The clause as it stands. */
export function fillQuestion(filling: Filling, slot: Slot): void {
  const said = saidIn(filling)
  const text = said.trim()
  if (text === '') return
  const start = said.indexOf(text)
  filling.values.set(slot.name, text)
  filling.spans.set(slot.name, placed(filling, { start, end: start + text.length, text }))
}

export function fillText(filling: Filling, slot: Slot): void {
  const [quoted] = unused(filling, filling.clause.quoted)
  if (quoted) {
    set(filling, slot, quoted.value, quoted)
    return
  }
  const cued = cuedWord(filling, slot)
  if (cued) {
    set(filling, slot, cued.text, cued)
    return
  }
  const said = saidIn(filling)
  const colon = said.indexOf(': ')
  const rest = colon < 0 ? '' : said.slice(colon + 2).trim()
  if (!slot.required || rest === '') return
  const start = said.indexOf(rest, colon)
  set(filling, slot, rest, placed(filling, { start, end: start + rest.length, text: rest }))
}

/** "suite gdpr", "the gdpr suite", "ruleset=gdpr": a word that is nobody's, beside a word of the slot's name. */
function cuedWord(filling: Filling, slot: Slot): Span | undefined {
  const words = filling.clause.words
  const isFree = (at: number): boolean => {
    const word = words[at]
    return (
      word !== undefined &&
      !isKnownWord(word.text) &&
      unused(filling, [word]).length > 0 &&
      filling.clause.entities.every((one) => one.start !== word.start)
    )
  }
  const at = words.findIndex((word) => slot.nameStems.includes(word.stem))
  if (at < 0) return undefined
  const place = [at + 1, at - 1].find(isFree)
  return place === undefined ? undefined : words[place]
}

/** A list of deeds in words: what stands behind a colon, "by" or the data's name, cut at commas and "and". */
export function fillPhrases(filling: Filling, slot: Slot): void {
  const quoted = unused(filling, filling.clause.quoted)
  if (quoted.length > 0) {
    const values = quoted.map(({ value }) => value)
    set(filling, slot, values, quoted[0])
    return
  }
  const said = saidIn(filling)
  const marker = /:\s+|\bby\s+(?=\p{L}+ing\b)|\bsteps?\s+/iu.exec(said)
  const from = marker ? marker.index + marker[0].length : 0
  const parts = said
    .slice(from)
    .split(/,\s*(?:and\s+)?(?:then\s+)?|\s+and\s+(?:then\s+)?|;\s*|\s+then\s+/iu)
    .map((part) => stripTarget(part, filling))
    .filter((part) => part !== '')
  if (parts.length === 0 || (!marker && !slot.required) || (!marker && question.test(said.trimStart()))) return
  const text = said.slice(from).trim()
  const start = said.indexOf(text, from)
  set(filling, slot, parts, placed(filling, { start, end: start + text.length, text }))
}

const question = /^(?:how|what|which|who|why|where|when|is|are|does|do|did|has|have)\b/iu

/** Without the data's name and the bare verb that only repeats the tool. */
function stripTarget(part: string, filling: Filling): string {
  const names = filling.clause.entities.map(({ text }) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  const without =
    names.length === 0
      ? part
      : part.replace(
          new RegExp(String.raw`\s*\b(?:in|of|from|on)?\s*(?:the\s+)?(?:${names.join('|')})(?:\s+(?:dataset|table|data))?\b`, 'giu'),
          '',
        )
  const text = without.replace(/^\s*(?:please\s+)?/iu, '').replace(/[\s.:?!]+$/u, '')
  return /^(?:clean|prepare|transform|preprocess|it|clean it|prepare it)?$/iu.test(text.trim()) ? '' : text.trim()
}
