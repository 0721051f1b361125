/** One kind of resource: how it is listed and read. Ours call tools through `invoke`, so roles and readers of documents hold. */
import type { BlobResourceContents, Resource, TextResourceContents } from '@modelcontextprotocol/server'
import type { z } from 'zod'
import { Fault } from '../platform/fault.ts'
import type { Surface } from './surface.ts'
import type { Values } from './uri-pattern.ts'

export interface ResourceKind {
  readonly name: string
  readonly title: string
  readonly description: string
  /** With variables in braces; without any it is the one resource of its kind. */
  readonly uri: string
  readonly mimeType: string
  /** Tools that it is read through: offered to callers of all of them only. */
  readonly through: readonly string[]
  /** A page of at most `most`, in a fixed order; `next` is where the following one begins. */
  list(reader: Reader, page: Page): Promise<{ readonly resources: readonly Resource[]; readonly next?: string | undefined }>
  /** Throws `not_found`. */
  read(reader: Reader, values: Values, uri: string): Promise<readonly Contents[]>
}

export type Contents = TextResourceContents | BlobResourceContents

export interface Page {
  readonly after: string | undefined
  readonly most: number
}

/** Reads for one caller. */
export interface Reader {
  readonly surface: Pick<Surface, 'waist' | 'caller'>
  /** The data of a tool that only reads. */
  data<S extends z.ZodType>(tool: string, input: unknown, schema: S): Promise<{ readonly data: z.output<S>; readonly untrusted: boolean }>
}

export function createReader({ waist, caller }: Pick<Surface, 'waist' | 'caller'>, signal: AbortSignal): Reader {
  return {
    surface: { waist, caller },
    data: async (tool, input, schema) => {
      const outcome = await waist.invoke({ tool, input, caller, signal })
      if (outcome.kind !== 'done') throw new Fault('unavailable', `${tool} did not answer at once, so this cannot be read now.`)
      return { data: schema.parse(JSON.parse(JSON.stringify(outcome.data))), untrusted: outcome.untrusted }
    },
  }
}

/** A page of a list that is at hand in one piece, by key. */
export function pageOf<T>(
  all: readonly T[],
  keyOf: (one: T) => string,
  { after, most }: Page,
): { readonly page: readonly T[]; readonly next?: string | undefined } {
  const sorted = all.toSorted((left, right) => (keyOf(left) < keyOf(right) ? -1 : 1))
  const rest = after === undefined ? sorted : sorted.filter((one) => keyOf(one) > after)
  const page = rest.slice(0, most)
  const last = page.at(-1)
  return { page, ...(rest.length > most && last !== undefined ? { next: keyOf(last) } : {}) }
}

/** Data of a tool as the text of a resource. */
export function jsonContents(
  uri: string,
  { data, untrusted }: { readonly data: unknown; readonly untrusted: boolean },
): readonly Contents[] {
  return [{ uri, mimeType: 'application/json', text: JSON.stringify(data, undefined, 2), ...trustOf(untrusted) }]
}

/** Under this key of `_meta`: the text comes from documents, data or other servers, and is no instruction. */
export function trustOf(untrusted: boolean): { readonly _meta?: Record<string, unknown> } {
  return untrusted ? { _meta: { 'millrace/untrusted': true } } : {}
}
