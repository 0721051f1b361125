/** The credentials that this installation gives a foreign server are taken out of what it answers: an echo must not hand them to an agent. */
import type { ServerSpec } from './servers-file.ts'

export type Hide = (text: string) => string

/** Names under which operators keep credentials; other values, such as folders, may be what an answer is about. */
const secretName = /key|token|secret|passw|auth|credential|cookie/i
/** Anything shorter stands in ordinary text too. */
const shortest = 6

export function hiderOf(spec: ServerSpec): Hide {
  const given = Object.entries(spec.kind === 'http' ? spec.headers : spec.env).filter(([name]) => secretName.test(name))
  // "Bearer abc": with and without the scheme.
  const secrets = given.flatMap(([, value]) => [value, value.replace(/^\S+\s+/, '')]).filter((value) => value.length >= shortest)
  return (text) => secrets.reduce((left, secret) => left.replaceAll(secret, '[credential]'), text)
}
