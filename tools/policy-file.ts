/** The operator's policy, read from a file: rules that come before the built-in table, and cells of the table that differ. */
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { Fault } from '../platform/fault.ts'
import { defaultPolicy, type Policy, rules } from './policy.ts'
import { effects } from './tool.ts'

const callers = z.enum(['person', 'agent', 'automation'])
const trust = z.enum(['trusted', 'untrusted'])
const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()])

const condition = z
  .strictObject({
    argument: z.string().min(1).max(200).describe('Dotted path of the argument: percent, steps.0.column.'),
    equals: scalar.optional().describe('The argument is this value.'),
    oneOf: z.array(scalar).min(1).optional().describe('The argument is one of these values.'),
    atMost: z.number().optional().describe('The argument is a number, this or less.'),
    atLeast: z.number().optional().describe('The argument is a number, this or more.'),
    startsWith: z.string().min(1).optional().describe('The argument is a text that begins so.'),
    trust: trust.optional().describe('Whether untrusted text shaped the argument.'),
  })
  .refine((value) => Object.keys(value).length > 1, 'says nothing of the argument; add equals, oneOf, atMost, atLeast, startsWith or trust')

const rule = z.strictObject({
  rule: z.enum(rules).describe('What happens to a call that fits.'),
  why: z.string().min(1).max(300).optional().describe('One sentence for whoever is asked or refused.'),
  callers: z.array(callers).min(1).optional().describe('Who calls.'),
  effects: z.array(z.enum(effects)).min(1).optional().describe('What the call does.'),
  tools: z
    .array(z.string().regex(/^[a-z0-9_*]+$/, 'write a tool name such as set_traffic, with * for any letters'))
    .min(1)
    .optional()
    .describe('Which tools: names, with * for any letters.'),
  workspaces: z.array(z.string().min(1)).min(1).optional().describe('In which workspaces.'),
  decision: trust.optional().describe('Whether untrusted text led to the call.'),
  call: trust.optional().describe('Whether untrusted text shaped the decision or any argument.'),
  where: z.array(condition).min(1).optional().describe('What must hold of the arguments, all of it.'),
})

const row = z.partialRecord(z.enum(effects), z.enum(rules))

const file = z.strictObject({
  rules: z.array(rule).max(500).default([]).describe('The first that fits decides.'),
  table: z.partialRecord(callers, row).default({}).describe('Cells of the built-in table that differ.'),
})

/** Throws `usage` naming the file, the place in it, and what to write there. */
export async function loadPolicy(path: string): Promise<Policy> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error)
    throw new Fault(
      'usage',
      `The policy file ${path} cannot be read (${why}). Correct MILLRACE_POLICY, or unset it for the built-in policy.`,
    )
  })
  return readPolicy(text, path)
}

/** As `loadPolicy`, of a text; `name` stands for it in errors. */
export function readPolicy(text: string, name: string): Policy {
  const parsed = file.safeParse(jsonOf(text, name))
  if (!parsed.success) {
    const errors = parsed.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message }))
    const words = errors.map(({ path, message }) => `${path === '' ? 'the whole' : path}: ${message}`).join('; ')
    throw new Fault('usage', `The policy file ${name} is not right. ${words}. docs/policy.md shows every field.`, { errors })
  }
  const { rules: given, table } = parsed.data
  const built = defaultPolicy.table
  return {
    rules: given,
    table: {
      person: { ...built.person, ...table.person },
      agent: { ...built.agent, ...table.agent },
      automation: { ...built.automation, ...table.automation },
    },
  }
}

function jsonOf(text: string, name: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new Fault(
      'usage',
      `The policy file ${name} is not JSON: ${why}. Write {"rules": [{"callers": ["agent"], "effects": ["create"], "rule": "ask"}]}.`,
    )
  }
}
