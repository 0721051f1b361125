/** A word of the command line as the value that a schema wants. What cannot be read stays text, so that `invoke` says what is wrong. */
import { Fault } from '../platform/fault.ts'
import type { JsonSchema } from '../tools/description.ts'
import { isOpen, type JsonType, type Shape, shapeOf } from './schema-shape.ts'

/** `words` are what one flag was given, in order: several for a list, several key=value for an object, else the last counts. */
export function readValue(words: readonly string[], schema: JsonSchema, root: JsonSchema): unknown {
  const shape = shapeOf(schema, root)
  const last = words.at(-1) ?? ''
  if (isOpen(shape)) return open(last)
  if (shape.types.has('array') && !(words.length === 1 && accepts(shape, last))) return list(words, shape, root)
  if (shape.types.has('object') && looksLikeObject(last)) return object(words, shape, root)
  return scalar(last, shape)
}

/** A field that may be anything: JSON where it is JSON, else the text itself. */
function open(word: string): unknown {
  return json(word)?.value ?? word
}

/** A single word for a field that may be a list or something simpler ("all", 3). */
function accepts({ types }: Shape, word: string): boolean {
  return types.has('string') && !word.startsWith('[') && !word.includes(',') && types.size > 1
}

function list(words: readonly string[], { items }: Shape, root: JsonSchema): readonly unknown[] {
  const shape = shapeOf(items, root)
  return words.flatMap((word) => {
    if (word.trimStart().startsWith('[')) return parsed(word, 'a list')
    if (shape.types.has('object') && !isOpen(shape)) return [readValue([word], items, root)]
    return word === '' ? [] : word.split(',').map((part) => readValue([part.trim()], items, root))
  })
}

const pair = /^([\w.-]+)=(.*)$/s

const looksLikeObject = (word: string): boolean => word.trimStart().startsWith('{') || pair.test(word)

function object(words: readonly string[], { properties, others }: Shape, root: JsonSchema): Readonly<Record<string, unknown>> {
  return Object.assign(
    {},
    ...words.map((word) => {
      if (word.trimStart().startsWith('{')) return parsed(word, 'an object')
      return Object.fromEntries(
        word.split(/,(?=[\w.-]+=)/).map((part) => {
          const [, key = '', value = part] = pair.exec(part) ?? []
          return [key, readValue([value], properties[key] ?? others, root)]
        }),
      )
    }),
  )
}

const readers: readonly { readonly type: JsonType; readonly pattern: RegExp }[] = [
  { type: 'number', pattern: /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i },
  { type: 'integer', pattern: /^-?\d+(e\d+)?$/i },
  { type: 'boolean', pattern: /^(true|false)$/ },
  { type: 'null', pattern: /^null$/ },
]

function scalar(word: string, { types }: Shape): unknown {
  const reader = readers.find(({ type, pattern }) => types.has(type) && pattern.test(word))
  if (!reader) return types.has('string') && types.size > 1 && /^".*"$/s.test(word) ? open(word) : word
  if (reader.type === 'boolean') return word === 'true'
  if (reader.type === 'null') return null
  return Number(word)
}

function json(word: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(word) }
  } catch {
    return undefined
  }
}

function parsed(word: string, what: string): unknown {
  const found = json(word)
  if (found) return found.value
  throw new Fault(
    'usage',
    `'${word.length > 80 ? `${word.slice(0, 77)}…` : word}' begins like ${what} in JSON and cannot be read as one. Check its quotes.`,
  )
}
