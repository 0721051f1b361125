/** URI templates of level 1 (RFC 6570): `millrace://dataset/{name}` written and read, each value percent-encoded. */
import { ResourceNotFoundError } from '@modelcontextprotocol/server'

export type Values = Readonly<Record<string, string>>

export function writeUri(template: string, values: Values): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ''))
}

/** The values in a URI that fits the template; undefined for one that does not. Throws for escapes that cannot be decoded. */
export function readUri(template: string, uri: string): Values | undefined {
  const pattern = template
    .split(/(\{\w+\})/)
    .map((part) => (part.startsWith('{') ? `(?<${part.slice(1, -1)}>[^/]+)` : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')))
    .join('')
  const found = new RegExp(`^${pattern}$`).exec(uri)
  if (found === null) return undefined
  try {
    return Object.fromEntries(Object.entries(found.groups ?? {}).map(([name, text]) => [name, decodeURIComponent(text)]))
  } catch {
    throw new ResourceNotFoundError(uri)
  }
}
