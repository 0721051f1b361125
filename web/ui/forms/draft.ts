/** What a person has typed so far, and the tool input it stands for. Text stays text until it is read as a whole. */
import { at, isList, isRecord, parseJson } from '../json.ts'
import { type Field, isFixed } from './form-model.ts'

export type Draft =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly Draft[] }
  | { readonly kind: 'group'; readonly fields: Readonly<Record<string, Draft>> }
  | { readonly kind: 'pairs'; readonly pairs: readonly { readonly name: string; readonly text: string }[] }
  | { readonly kind: 'choice'; readonly variant: number; readonly drafts: readonly Draft[] }

export interface FieldError {
  readonly path: string
  readonly message: string
}

/** What a draft says: `value` is undefined when the field is left out. */
export interface Reading {
  readonly value: unknown
  readonly errors: readonly FieldError[]
}

/** A draft holding `known` (a value from an address, a clarify card, an example), or nothing. */
export function draftOf(field: Field, known: unknown): Draft {
  switch (field.kind) {
    case 'group':
      return { kind: 'group', fields: Object.fromEntries(field.fields.map((inner) => [inner.key, draftOf(inner, at(known, inner.key))])) }
    case 'list':
      return { kind: 'list', items: isList(known) ? known.map((item) => draftOf(field.item, item)) : [] }
    case 'pairs':
      return { kind: 'pairs', pairs: isRecord(known) ? Object.entries(known).map(([name, value]) => ({ name, text: written(value) })) : [] }
    case 'choice': {
      const fitting = field.variants.findIndex((variant) => fits(variant, known))
      return {
        kind: 'choice',
        variant: Math.max(fitting, 0),
        drafts: field.variants.map((v, i) => draftOf(v, i === fitting ? known : undefined)),
      }
    }
    case 'select':
      return { kind: 'text', text: known === undefined ? '' : String(field.options.indexOf(known)).replace('-1', '') }
    case 'json':
      return { kind: 'text', text: known === undefined ? '' : JSON.stringify(known, null, 2) }
    case 'boolean':
    case 'number':
    case 'text':
      return { kind: 'text', text: known === undefined || known === null ? '' : written(known) }
  }
}

/** Reads the whole draft. Errors carry the same dotted paths as the server's. */
export function readDraft(field: Field, draft: Draft, path = ''): Reading {
  switch (draft.kind) {
    case 'group':
      return field.kind === 'group' ? readGroup(field, draft, path) : absent
    case 'list':
      return field.kind === 'list' ? readList(field, draft, path) : absent
    case 'pairs':
      return field.kind === 'pairs' ? readPairs(field, draft, path) : absent
    case 'choice': {
      const [variant, inner] = field.kind === 'choice' ? [field.variants[draft.variant], draft.drafts[draft.variant]] : []
      if (variant === undefined || inner === undefined) return absent
      return readDraft({ ...variant, required: field.required }, inner, path)
    }
    case 'text':
      return readText(field, draft.text, path)
  }
}

const absent: Reading = { value: undefined, errors: [] }

function join(path: string, key: string | number): string {
  return path === '' ? String(key) : `${path}.${key}`
}

function missing(field: Field, path: string): Reading {
  return field.required ? { value: undefined, errors: [{ path, message: `${field.label} is needed.` }] } : absent
}

function readGroup(field: Extract<Field, { kind: 'group' }>, draft: Extract<Draft, { kind: 'group' }>, path: string): Reading {
  const readings = field.fields.map((inner) => {
    const innerDraft = draft.fields[inner.key] ?? draftOf(inner, undefined)
    return [inner.key, readDraft(inner, innerDraft, join(path, inner.key))] as const
  })
  const entries = readings.filter(([, reading]) => reading.value !== undefined).map(([key, reading]) => [key, reading.value] as const)
  const errors = readings.flatMap(([, reading]) => reading.errors)
  // An optional group nobody touched is left out, so what it would require is not asked for.
  if (!field.required && entries.length === 0 && !errors.some(({ message }) => !message.endsWith('is needed.'))) return absent
  return { value: Object.fromEntries(entries), errors }
}

function readList(field: Extract<Field, { kind: 'list' }>, draft: Extract<Draft, { kind: 'list' }>, path: string): Reading {
  const readings = draft.items.map((item, index) => readDraft(field.item, item, join(path, index)))
  if (readings.length === 0) return missing(field, path)
  return { value: readings.map((reading) => reading.value), errors: readings.flatMap((reading) => reading.errors) }
}

function readPairs(field: Extract<Field, { kind: 'pairs' }>, draft: Extract<Draft, { kind: 'pairs' }>, path: string): Reading {
  const named = draft.pairs.filter(({ name, text }) => name.trim() !== '' || text !== '')
  if (named.length === 0) return missing(field, path)
  const errors = named.filter(({ name }) => name.trim() === '').map(() => ({ path, message: 'Every value needs a name.' }))
  const value = Object.fromEntries(named.map(({ name, text }) => [name.trim(), field.typed ? scalarOf(text) : text]))
  return { value, errors }
}

function readText(field: Field, text: string, path: string): Reading {
  if (field.kind === 'select' && isFixed(field)) return { value: field.options[0], errors: [] }
  const trimmed = text.trim()
  if (trimmed === '') return missing(field, path)
  switch (field.kind) {
    case 'number':
      return readNumber(field, trimmed, path)
    case 'boolean':
      return { value: trimmed === 'true', errors: [] }
    case 'select':
      return { value: field.options[Number(trimmed)], errors: [] }
    case 'json': {
      const value = parseJson(trimmed)
      if (value !== undefined) return { value, errors: [] }
      return { value: undefined, errors: [{ path, message: 'This is not valid JSON. Check quotes, commas and brackets.' }] }
    }
    default:
      return { value: text, errors: [] }
  }
}

function readNumber(field: Extract<Field, { kind: 'number' }>, text: string, path: string): Reading {
  const value = Number(text)
  const wrong = (message: string): Reading => ({ value: undefined, errors: [{ path, message }] })
  if (!Number.isFinite(value)) return wrong(`'${text}' is not a number.`)
  if (field.integer && !Number.isInteger(value)) return wrong(`${text} is not a whole number.`)
  if (field.min !== undefined && value < field.min) return wrong(`${text} is below ${field.min}, the least allowed.`)
  if (field.max !== undefined && value > field.max) return wrong(`${text} is above ${field.max}, the most allowed.`)
  return { value, errors: [] }
}

/** `3.5` -> 3.5, `true` -> true, `"3.5"` -> '3.5', anything else is text. */
function scalarOf(text: string): unknown {
  const trimmed = text.trim()
  if (trimmed === '') return null
  const value = parseJson(trimmed)
  // 007 or 1e999 are not JSON numbers a person meant: they stay text.
  return value === undefined || value === Number.POSITIVE_INFINITY ? text : value
}

function written(value: unknown): string {
  if (value === null || value === undefined) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function fits(field: Field, value: unknown): boolean {
  if (value === undefined) return false
  switch (field.kind) {
    case 'text':
      return typeof value === 'string'
    case 'number':
      return typeof value === 'number'
    case 'boolean':
      return typeof value === 'boolean'
    case 'list':
      return isList(value)
    case 'select':
      return field.options.includes(value)
    case 'group':
      return isRecord(value) && field.fields.filter(isFixed).every((inner) => fits(inner, value[inner.key]))
    case 'pairs':
      return isRecord(value)
    default:
      return true
  }
}
