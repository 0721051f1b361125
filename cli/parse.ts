/**
 * A tool's flags, from the JSON Schema of its input. The command line reads words and nothing more: whether a value is
 * allowed, missing or unknown is said by `invoke`, in the same sentence as on every other surface.
 */
import { parseArgs } from 'node:util'
import { Fault } from '../platform/fault.ts'
import type { JsonSchema, ToolDescription } from '../tools/description.ts'
import { fieldsOf, isRecord, shapeOf } from './schema-shape.ts'
import { readValue } from './value.ts'

export interface ParsedCommand {
  readonly input: Readonly<Record<string, unknown>>
  /** Print data only. */
  readonly json: boolean
  readonly help: boolean
}

/** `readFile` gives the text of a file, '-' being standard input. Throws `usage`. */
export async function parseToolCommand(
  tool: Pick<ToolDescription, 'name' | 'input'>,
  argv: readonly string[],
  readFile: (file: string) => Promise<string>,
): Promise<ParsedCommand> {
  const fields = new Map(fieldsOf(tool.input).map((field) => [field.name, field]))
  const isFlag = (name: string): boolean => {
    const shape = fields.get(name)
    return shape !== undefined && [...shapeOf(shape.schema, tool.input).types].join() === 'boolean'
  }
  const args = normalised(argv, isFlag)
  const { values, positionals } = read(tool.name, args, (name) => (isFlag(name) ? 'flag' : fields.has(name) ? 'text' : 'unknown'))
  const input: Record<string, unknown> = values.input === undefined ? {} : await whole(String(values.input), readFile)
  for (const [name, given] of Object.entries(values)) {
    if (own.has(name) || given === undefined) continue
    input[name] = fieldValue(given, fields.get(name)?.schema ?? {}, tool.input)
  }
  if (positionals.length > 0) Object.assign(input, fromPositionals(tool, positionals, input))
  return { input, json: values.json === true, help: values.help === true }
}

const own = new Set(['json', 'help', 'input'])

type Given = string | boolean | readonly (string | boolean)[]

function fieldValue(given: Given, schema: JsonSchema, root: JsonSchema): unknown {
  const words = Array.isArray(given) ? given : [given]
  const last = words.at(-1)
  return typeof last === 'string'
    ? readValue(
        words.filter((word) => typeof word === 'string'),
        schema,
        root,
      )
    : last
}

/** Kebab names become snake names, and a value is tied to its flag, so that one may begin with a dash. */
function normalised(argv: readonly string[], isFlag: (name: string) => boolean): readonly string[] {
  const args: string[] = []
  const words = [...argv]
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === '--') return [...args, '--', ...words]
    const [, dashed, tied] = /^--([^=]+)(=.*)?$/s.exec(word) ?? []
    args.push(dashed === undefined ? word : oneFlag(dashed.replaceAll('-', '_'), tied, words, isFlag))
  }
  return args
}

/** Takes the flag's value from `words` when it is not tied to the flag already. */
function oneFlag(name: string, tied: string | undefined, words: string[], isFlag: (name: string) => boolean): string {
  const [next] = words
  if (negates(name, isFlag)) return `--no-${name.slice(3)}${tied ?? ''}`
  if (isFlag(name)) return yesOrNo(name, tied ?? (next === 'true' || next === 'false' ? `=${words.shift()}` : ''))
  const alone = name === 'json' || name === 'help' || next === undefined || !isValue(next)
  return tied !== undefined || alone ? `--${name}${tied ?? ''}` : `--${name}=${words.shift()}`
}

function yesOrNo(name: string, said: string): string {
  if (said === '' || said === '=true') return `--${name}`
  return said === '=false' ? `--no-${name}` : `--${name}${said}`
}

const negates = (name: string, isFlag: (name: string) => boolean): boolean => name.startsWith('no_') && isFlag(name.slice(3))

/** "-5" and "-" are values, "--x" and "-h" are flags. */
const isValue = (word: string): boolean => !word.startsWith('-') || /^-(\d|\.\d|$)/.test(word)

function read(
  tool: string,
  args: readonly string[],
  kindOf: (name: string) => 'flag' | 'text' | 'unknown',
): { readonly values: Readonly<Record<string, Given | undefined>>; readonly positionals: readonly string[] } {
  const names = args.flatMap((arg) => /^--(?:no-)?([^=]+)/.exec(arg)?.[1] ?? []).filter((name) => !own.has(name))
  const isText = (name: string): boolean =>
    kindOf(name) === 'text' || (kindOf(name) === 'unknown' && args.some((arg) => arg.startsWith(`--${name}=`)))
  const options = Object.fromEntries(names.map((name) => [name, isText(name) ? text : flag]))
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      allowNegative: true,
      options: { ...options, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' }, input: { type: 'string' } },
    })
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new Fault('usage', `${why.replace(/\.$/, '')}. See millrace ${kebab(tool)} --help.`)
  }
}

const flag = { type: 'boolean' } as const
const text = { type: 'string', multiple: true } as const

async function whole(file: string, readFile: (file: string) => Promise<string>): Promise<Record<string, unknown>> {
  const content = await readFile(file)
  try {
    const value: unknown = JSON.parse(content)
    if (isRecord(value)) return { ...value }
  } catch {
    // Said below, for text that is JSON but no object as well.
  }
  throw new Fault(
    'usage',
    `${file === '-' ? 'Standard input' : `'${file}'`} does not hold a JSON object. --input wants the tool's whole input as one.`,
  )
}

/** Words without a flag are the one required field that is still missing; with more than one it is not clear which. */
function fromPositionals(
  { name, input: root }: Pick<ToolDescription, 'name' | 'input'>,
  words: readonly string[],
  input: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const required = fieldsOf(root).filter((field) => field.required)
  const [only] = required
  const takes = only && required.length === 1 && input[only.name] === undefined
  const several = takes && shapeOf(only.schema, root).types.has('array')
  if (takes && (words.length === 1 || several)) return { [only.name]: readValue(words, only.schema, root) }
  const hint = takes
    ? `Put '${words.join(' ')}' in quotes.`
    : `Name the field it is for, for example --${kebab(required[0]?.name ?? 'input')} ${words[0]}.`
  throw new Fault('usage', `millrace ${kebab(name)} does not know what '${words.at(takes ? 1 : 0)}' is. ${hint}`)
}

export const kebab = (name: string): string => name.replaceAll('_', '-')
