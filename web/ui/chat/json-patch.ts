/** JSON Patch (RFC 6902) on values that are never changed in place: each operation gives a new document. */
import { at, isList, isRecord, sameJson, textAt } from '../json.ts'

/** Applies every operation or throws, so that a patch is taken whole or not at all. */
export function applyPatch(document: unknown, patch: readonly unknown[]): unknown {
  return patch.reduce((current, operation) => applyOne(current, operation), document)
}

function applyOne(document: unknown, operation: unknown): unknown {
  const op = textAt(operation, 'op')
  const path = pointer(textAt(operation, 'path'))
  const value = at(operation, 'value')
  switch (op) {
    case 'add':
      return put(document, path, value, 'add')
    case 'replace':
      read(document, path)
      return put(document, path, value, 'replace')
    case 'remove':
      read(document, path)
      return drop(document, path)
    case 'move': {
      const from = pointer(textAt(operation, 'from'))
      if (from.length < path.length && from.every((step, i) => step === path[i])) throw new Error('A value cannot move into itself.')
      const moved = read(document, from)
      return put(drop(document, from), path, moved, 'add')
    }
    case 'copy':
      return put(document, path, read(document, pointer(textAt(operation, 'from'))), 'add')
    case 'test':
      if (!sameJson(read(document, path), value)) throw new Error(`The test at '${textAt(operation, 'path')}' does not hold.`)
      return document
    default:
      throw new Error(`Unknown patch operation '${String(op)}'.`)
  }
}

function pointer(text: string | undefined): readonly string[] {
  if (text === '') return []
  if (text === undefined || !text.startsWith('/')) throw new Error(`'${String(text)}' is not a JSON Pointer.`)
  return text
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function read(document: unknown, path: readonly string[]): unknown {
  return path.reduce((current, step) => {
    if (isList(current)) return current[position(step, current.length - 1)]
    if (isRecord(current) && Object.hasOwn(current, step)) return current[step]
    throw new Error(`There is nothing at '/${path.join('/')}'.`)
  }, document)
}

function put(document: unknown, path: readonly string[], value: unknown, mode: 'add' | 'replace'): unknown {
  const [step, ...rest] = path
  if (step === undefined) return value
  if (isList(document)) {
    if (rest.length > 0) return document.with(position(step, document.length - 1), put(read(document, [step]), rest, value, mode))
    if (mode === 'replace') return document.with(position(step, document.length - 1), value)
    return document.toSpliced(step === '-' ? document.length : position(step, document.length), 0, value)
  }
  if (!isRecord(document)) throw new Error(`'${step}' cannot be set on a value that is neither a record nor a list.`)
  const inner = rest.length === 0 ? value : put(read(document, [step]), rest, value, mode)
  // A computed key cannot reach the prototype: `__proto__` becomes an own property here.
  return { ...document, [step]: inner }
}

function drop(document: unknown, path: readonly string[]): unknown {
  const [step, ...rest] = path
  if (step === undefined) return undefined
  if (isList(document)) {
    const index = position(step, document.length - 1)
    return rest.length === 0 ? document.toSpliced(index, 1) : document.with(index, drop(document[index], rest))
  }
  if (!isRecord(document)) throw new Error(`'${step}' cannot be removed from a value that is neither a record nor a list.`)
  if (rest.length > 0) return { ...document, [step]: drop(document[step], rest) }
  return Object.fromEntries(Object.entries(document).filter(([key]) => key !== step))
}

function position(step: string, last: number): number {
  const index = /^(0|[1-9]\d*)$/.test(step) ? Number(step) : -1
  if (index < 0 || index > last) throw new Error(`'${step}' is not a place in a list of ${last + 1}.`)
  return index
}
