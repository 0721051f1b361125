/** A filter as a condition over documents `d`: the words are ours, every key and value is a parameter. No condition is ever null. */
import type { Bound, FilterNode, FilterTest } from './filter.ts'

export interface FilterSql {
  /** In parentheses; its parameters are numbered from `first` on. */
  sql(first: number): string
  /** In the order of their numbers. */
  readonly parameters: readonly unknown[]
}

/** Text of the condition once it is known where its parameters begin. */
type Text = (first: number) => string

type Bind = (value: unknown) => Text

export function filterSql(filter: FilterNode): FilterSql {
  const parameters: unknown[] = []
  const bind: Bind = (value) => {
    const place = parameters.push(value) - 1
    return (first) => `$${first + place}`
  }
  const text = nodeText(filter, bind)
  return { parameters, sql: text }
}

function nodeText(node: FilterNode, bind: Bind): Text {
  switch (node.kind) {
    case 'and':
    case 'or': {
      if (node.of.length === 0) return () => 'true'
      const parts = node.of.map((part) => nodeText(part, bind))
      return (first) => `(${parts.map((part) => part(first)).join(` ${node.kind} `)})`
    }
    case 'not': {
      const inner = nodeText(node.of, bind)
      return (first) => `(not ${inner(first)})`
    }
    case 'test':
      return testText(node, bind)
    default:
      return node satisfies never
  }
}

function testText({ key, test }: Extract<FilterNode, { kind: 'test' }>, bind: Bind): Text {
  const name = bind(key)
  const found: Text = (first) => `(d.metadata -> ${name(first)}::text)`
  const holds = holdsText(test, bind)
  return (first) => `coalesce(${holds(found(first), first)}, false)`
}

/** The condition on a found value, itself an SQL expression of type jsonb. */
type Holds = (found: string, first: number) => string

function holdsText(test: FilterTest, bind: Bind): Holds {
  switch (test.kind) {
    case 'exists':
      return (found) => `jsonb_typeof(${found}) <> 'null'`
    case 'in': {
      // A list contains its items, and a value itself.
      const values = bind(test.values.map((value) => JSON.stringify(value)))
      return (found, first) => `${found} @> any(${values(first)}::text[]::jsonb[])`
    }
    case 'prefix': {
      const prefix = bind(test.prefix)
      return ofAnyItem((found, first) => `jsonb_typeof(${found}) = 'string' and starts_with(${found} #>> '{}', ${prefix(first)}::text)`)
    }
    case 'range': {
      const bounds = test.bounds.map((bound) => boundText(bound, bind))
      return ofAnyItem((found, first) => bounds.map((bound) => bound(found, first)).join(' and '))
    }
    default:
      return test satisfies never
  }
}

const operators = { gt: '>', gte: '>=', lt: '<', lte: '<=' }

/** Values of another type are neither above nor below. Texts compare by code point, alike on every database. */
function boundText({ operator, value }: Bound, bind: Bind): Holds {
  const bound = bind(typeof value === 'string' ? value : JSON.stringify(value))
  const compare = operators[operator]
  if (typeof value === 'string')
    return (found, first) => `jsonb_typeof(${found}) = 'string' and (${found} #>> '{}') collate "C" ${compare} ${bound(first)}::text`
  return (found, first) => `jsonb_typeof(${found}) = '${typeof value}' and ${found} ${compare} ${bound(first)}::jsonb`
}

function ofAnyItem(holds: Holds): Holds {
  return (found, first) => `case jsonb_typeof(${found}) when 'array'
    then exists (select 1 from jsonb_array_elements(${found}) as item (value) where ${holds('item.value', first)})
    else ${holds(found, first)} end`
}
