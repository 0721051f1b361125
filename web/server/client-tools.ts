/** Tools that a client offers to run itself: their names and sizes are checked here, what they say is data to the agent. */
import { z } from 'zod'
import type { ClientTool } from '../../agents/chat.ts'
import { Fault } from '../../platform/fault.ts'
import { stateTool } from './agui-state.ts'
import { isTooDeep } from './json-body.ts'

/** A page has a handful; what a model must read at every step has to stay short. */
const most = 32
const longestDescription = 4000
const largestSchema = 16 * 1024
const largestAll = 128 * 1024
const deepest = 16

const given = z.object({
  name: z.string(),
  description: z.string().default(''),
  parameters: z.record(z.string(), z.unknown()).optional(),
})

interface Offered {
  readonly name: string
  readonly description?: string | undefined
  readonly parameters?: unknown
}

/** `taken` says which names are the server's own. Throws `invalid_input` naming the tool that cannot be used. */
export function readClientTools(tools: readonly Offered[], taken: (name: string) => boolean): readonly ClientTool[] {
  if (tools.length > most) throw wrong('tools', `there are ${tools.length}, ${most} fit. Offer the ones that this page needs.`)
  const seen = new Set<string>()
  const read = tools.map((tool, at) => {
    const path = `tools.${at}`
    const one = readTool(tool, path)
    if (taken(one.name) || one.name === stateTool)
      throw wrong(path, `'${one.name}' is a tool of this server, which no client can replace. Give yours another name.`)
    if (seen.has(one.name)) throw wrong(path, `'${one.name}' is there twice. Offer it once.`)
    seen.add(one.name)
    return one
  })
  if (JSON.stringify(read).length > largestAll)
    throw wrong('tools', `together they are larger than ${largestAll} characters. Shorten their descriptions and schemas.`)
  return read
}

function readTool(tool: Offered, path: string): ClientTool {
  const { name, description, parameters } = parsed(tool, path)
  if (!/^[A-Za-z_][\w-]{0,63}$/.test(name))
    throw wrong(path, `its name '${name.slice(0, 80)}' is not 1 to 64 letters, digits, _ or -, beginning with a letter. Rename it.`)
  if (description.length > longestDescription)
    throw wrong(path, `the description of '${name}' has ${description.length} characters, ${longestDescription} fit.`)
  return { name, description, input: readSchema(parameters, { name, path }) }
}

function readSchema(schema: Readonly<Record<string, unknown>> | undefined, where: { readonly name: string; readonly path: string }) {
  const { name, path } = where
  if (schema === undefined || Object.keys(schema).length === 0) return { type: 'object', properties: {} }
  const size = JSON.stringify(schema).length
  if (size > largestSchema) throw wrong(path, `the schema of '${name}' has ${size} characters, ${largestSchema} fit.`)
  if (isTooDeep(schema, deepest)) throw wrong(path, `the schema of '${name}' is nested deeper than ${deepest} levels. Flatten it.`)
  if (schema.type !== undefined && schema.type !== 'object')
    throw wrong(path, `the schema of '${name}' has type '${String(schema.type).slice(0, 40)}'. Arguments are an object.`)
  return { type: 'object', ...schema }
}

function parsed(tool: Offered, path: string): z.output<typeof given> {
  const found = given.safeParse(tool)
  if (found.success) return found.data
  throw wrong(path, 'a tool has a name, a description and, as parameters, a JSON Schema of an object.')
}

function wrong(path: string, message: string): Fault {
  return new Fault('invalid_input', `${path}: ${message}`, { errors: [{ path, message }] })
}
