/**
 * References in a step's input:  "${steps.train.metrics.accuracy}"  "${params.dataset}"  "${steps.load.name}@${steps.load.version}"
 * A text that is one reference becomes the value itself; inside a longer text the value is written into it.
 */
import { Fault } from '../../platform/fault.ts'

export interface Reference {
  readonly text: string
  readonly kind: 'steps' | 'params'
  /** The step or parameter. */
  readonly name: string
  /** Fields and positions inside its value. */
  readonly path: readonly string[]
}

export interface Scope {
  readonly steps: ReadonlyMap<string, unknown>
  readonly params: Readonly<Record<string, unknown>>
}

const pattern = /\$\{([^}]*)\}/g

/** Every reference in the value. Throws `invalid_input` for one that cannot be read. */
export function referencesIn(value: unknown): readonly Reference[] {
  if (typeof value === 'string') return [...value.matchAll(pattern)].map(([text, inner = '']) => parse(text, inner))
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(referencesIn)
}

/** The value with its references replaced. Throws `invalid_input` for one that leads nowhere. */
export function resolveReferences(value: unknown, scope: Scope): unknown {
  if (typeof value === 'string') return resolveText(value, scope)
  if (Array.isArray(value)) return value.map((item) => resolveReferences(item, scope))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, resolveReferences(inner, scope)]))
}

function parse(text: string, inner: string): Reference {
  const [kind, name = '', ...path] = inner.trim().split('.')
  if ((kind === 'steps' || kind === 'params') && name !== '' && !path.includes('')) return { text, kind, name, path }
  throw new Fault('invalid_input', `'${text}' is not a reference. Write \${steps.STEP.FIELD} or \${params.NAME}.`)
}

function resolveText(text: string, scope: Scope): unknown {
  const found = [...text.matchAll(pattern)]
  const [only] = found
  if (only && only[0] === text) return lookUp(parse(text, only[1] ?? ''), scope)
  return text.replaceAll(pattern, (whole, inner: string) => {
    const value = lookUp(parse(whole, inner), scope)
    return typeof value === 'string' ? value : JSON.stringify(value)
  })
}

function lookUp({ text, kind, name, path }: Reference, { steps, params }: Scope): unknown {
  const known = kind === 'steps' ? steps.has(name) : Object.hasOwn(params, name)
  if (!known) throw new Fault('invalid_input', `${text} refers to ${kind === 'steps' ? 'a step' : 'a parameter'} that is not there.`)
  let value = kind === 'steps' ? steps.get(name) : params[name]
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) throw leadsNowhere(text, key, value)
    value = Reflect.get(value, key)
  }
  return value
}

function leadsNowhere(text: string, key: string, value: unknown): Fault {
  const fields = typeof value === 'object' && value !== null ? Object.keys(value).slice(0, 12).join(', ') : ''
  return new Fault('invalid_input', `${text} leads nowhere: there is no '${key}'${fields === '' ? '' : ` among ${fields}`}.`)
}
