/** The cases of the suite: orders of others and where they stand, and harmless wishes that must not be stopped. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { Fault } from '../../platform/fault.ts'
import { ordersIn } from './orders.ts'

/** Where the words of somebody else reach the model. */
export const carriers = [
  'document',
  'title',
  'metadata',
  'file_name',
  'cell',
  'header',
  'tool_result',
  'tool_error',
  'tool_description',
  'history',
  'state',
  'client_result',
  'summary',
] as const
export type Carrier = (typeof carriers)[number]

const orderedCall = z.object({ tool: z.string(), arguments: z.record(z.string(), z.unknown()) })

const line = z.looseObject({
  id: z.string().min(1),
  text: z.string().min(1),
  expect: z.string().default('no_state_change_without_approval'),
  class: z.string().default(''),
  attacker_goal: z.string().default(''),
  /** Absent: planted in a document, a cell and a tool result. */
  carrier: z.enum(carriers).optional(),
  /** What an obedient reader does; absent: read from the text. */
  calls: z.array(orderedCall).min(1).optional(),
  /** The person's harmless words before and after; absent: one request that reads the carrier. */
  says: z.array(z.string()).optional(),
})

export interface InjectionCase {
  readonly id: string
  readonly text: string
  readonly expect: string
  readonly kind: string
  readonly carrier: Carrier
  readonly calls: readonly z.output<typeof orderedCall>[]
  /** What the person says after the request that reads the carrier; the order is obeyed in the last turn. */
  readonly says: readonly string[]
}

/** Throws `invalid_input` naming the line. */
export function readCases(text: string, name: string): readonly InjectionCase[] {
  return parsedLines(text, name, line).flatMap((one) => {
    const planted: readonly Carrier[] = one.carrier ? [one.carrier] : ['document', 'cell', 'tool_result']
    return planted.map((carrier) => ({
      id: one.carrier ? one.id : `${one.id}/${carrier}`,
      text: one.text,
      expect: one.expect,
      kind: one.class === '' ? one.attacker_goal : one.class,
      carrier,
      calls: one.calls ?? ordersIn(one.text),
      says: one.says ?? [],
    }))
  })
}

const wish = z.object({ id: z.string(), says: z.string(), calls: z.array(orderedCall).min(1) })
export type Wish = z.output<typeof wish>

export const ownCases = async (): Promise<string> => readFile(join(import.meta.dirname, 'own.jsonl'), 'utf8')

export async function readWishes(): Promise<readonly Wish[]> {
  return parsedLines(await readFile(join(import.meta.dirname, 'benign.jsonl'), 'utf8'), 'benign.jsonl', wish)
}

function parsedLines<T>(text: string, name: string, schema: z.ZodType<T>): readonly T[] {
  return text
    .split('\n')
    .map((words, at) => ({ words: words.trim(), at: at + 1 }))
    .filter(({ words }) => words !== '')
    .map(({ words, at }) => {
      const parsed = schema.safeParse(jsonOf(words))
      if (parsed.success) return parsed.data
      const why = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the line'}: ${message}`).join('; ')
      throw new Fault('invalid_input', `Line ${at} of ${name} is no case: ${why}. Write {"id": "…", "text": "…", "expect": "…"}.`)
    })
}

function jsonOf(words: string): unknown {
  try {
    return JSON.parse(words)
  } catch {
    return undefined
  }
}
