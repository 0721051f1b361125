/** A body against a schema of this room; tools check their own input in `bind`. */
import type { z } from 'zod'
import { Fault } from '../../platform/fault.ts'

/** Throws `invalid_input` naming every field that is wrong. `what` begins the sentence. */
export function parseWith<S extends z.ZodType>(schema: S, value: unknown, what: string): z.output<S> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const errors = parsed.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message }))
  const words = errors.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ')
  throw new Fault('invalid_input', `${what} cannot be used. ${words}`, { errors })
}
