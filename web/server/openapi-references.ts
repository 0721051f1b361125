/** Schemas of tools at home in the OpenAPI document. */

/** References inside a schema are relative to itself; inside this document they must name its place here. */
export function relocated(value: unknown, name: string): unknown {
  if (Array.isArray(value)) return value.map((item) => relocated(item, name))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      if (key === '$ref' && typeof inner === 'string' && inner.startsWith('#'))
        return [key, `#/components/schemas/${name}${inner.slice(1)}`]
      return [key, relocated(inner, name)]
    }),
  )
}
