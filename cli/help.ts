/** What `--help` prints: the commands, the tools by what they do to the world, and one tool in its own words. */
import type { ToolDescription } from '../tools/description.ts'
import { effects } from '../tools/tool.ts'
import { kebab } from './parse.ts'
import { choicesOf, fieldsOf, isOpen, shapeOf } from './schema-shape.ts'
import { wrap } from './table.ts'

const commands: readonly (readonly [string, string])[] = [
  ['serve', 'start the studio and every endpoint (also: npm start)'],
  ['worker', 'work durable runs beside a server, on the same Postgres'],
  ['mcp', 'serve the tools over MCP on stdin and stdout'],
  ['chat "question"', 'one turn with the orchestrator; --thread ID goes on with a conversation, --json'],
  ['eval SUITE', 'measure a suite (eval alone lists them); --data PATH, --trials N, --baseline NAME, --gate, --html FILE, --json'],
  ['demo', 'the whole story, from a CSV to a retrained model; --data FILE --target COLUMN, --docs FILE|FOLDER'],
  ['approvals', 'what waits for you; approvals show ID, approvals approve ID, approvals reject ID'],
  ['audit verify', 'check that no audit row was changed or removed'],
  ['token create|list|revoke', 'access tokens: create --name NAME [--kind person|agent] [--role ROLE], list, revoke ID'],
  ['doctor', 'check this installation, with a fix for each finding'],
  ['init DIR', 'make a small project'],
]

const headings: Readonly<Record<string, string>> = {
  read: 'Tools that only read',
  create: 'Tools that add something new',
  change: 'Tools that alter what is live or scheduled',
  egress: 'Tools that send something out',
  delete: 'Tools that remove',
}

/** One command, as the list of all shows it; undefined for a name that is none. */
export function commandHelp(name: string): string | undefined {
  const found = commands.find(([usage]) => usage.split(' ', 1)[0] === name)
  return found && `millrace ${found[0]}: ${found[1]}.\n`
}

/** Lines of at most `width` characters. */
export function generalHelp(tools: readonly ToolDescription[], width = 100): string {
  const left = 2 + Math.max(...[...commands.map(([name]) => name), ...tools.map(({ name }) => name)].map((name) => name.length))
  const line = (name: string, words: string): string => `  ${wrap(name.padEnd(left) + words, width - 2, left + 2)}`
  const groups = effects.flatMap((effect) => {
    const group = tools.filter((tool) => tool.effect === effect)
    return group.length === 0 ? [] : ['', `${headings[effect]}:`, ...group.map(({ name, title }) => line(kebab(name), title))]
  })
  return [
    'millrace COMMAND or TOOL [--flags]',
    '',
    'Commands:',
    ...commands.map(([name, words]) => line(name, words)),
    ...groups,
    '',
    'millrace TOOL --help tells what a tool does and what it wants; --json prints its data and nothing else.',
    'Exit codes: 0 done, 1 failed, 2 wrong usage, 3 gate not met, 4 not allowed, 5 not found, 130 interrupted.',
    '',
  ].join('\n')
}

/** One tool: what it does, its flags, and its examples as commands. */
export function toolHelp(tool: ToolDescription, width = 100): string {
  const fields = fieldsOf(tool.input)
  const required = fields.filter((field) => field.required)
  const [only] = required
  const usage = required.length === 1 && only ? ` ${only.name.toUpperCase()}` : required.map(({ name }) => ` --${kebab(name)} …`).join('')
  const flags = fields.map((field) => ({ ...field, flag: `--${kebab(field.name)} ${kindOf(field.schema, tool.input)}`.trimEnd() }))
  const left = Math.min(34, 2 + Math.max(0, ...flags.map(({ flag }) => flag.length)))
  const described = flags.map(({ flag, schema, required: must }) => {
    const words = [String(schema.description ?? ''), defaultOf(schema), must ? 'Required.' : ''].filter(Boolean).join(' ')
    return flag.length < left
      ? `  ${wrap(flag.padEnd(left) + words, width - 2, left + 2)}`
      : `  ${flag}\n${' '.repeat(left + 2)}${wrap(words, width - left - 2, left + 2)}`
  })
  const examples = tool.examples.map(({ says, input }) => `  # ${says}\n  ${asCommand(tool.name, input)}`)
  return [
    `millrace ${kebab(tool.name)}${usage} [--flags]`,
    '',
    wrap(`${tool.title}. ${tool.description}`, width, 0),
    '',
    ...(described.length > 0 ? ['Flags:', ...described, ''] : []),
    wrap(
      `Also: --input FILE (the whole input as JSON, - for standard input), --json (print data only). Effect: ${tool.effect}; role: ${tool.role}.`,
      width,
      0,
    ),
    ...(examples.length > 0 ? ['', 'Examples:', ...examples] : []),
    '',
  ].join('\n')
}

function kindOf(schema: ToolDescription['input'], root: ToolDescription['input']): string {
  const choices = choicesOf(schema, root)
  const shape = shapeOf(schema, root)
  if (choices.length > 0 && choices.length <= 6) return choices.join('|')
  if (isOpen(shape)) return 'VALUE'
  if (shape.types.has('array')) return 'A,B,…'
  if (shape.types.has('object')) return 'KEY=VALUE,…'
  if (shape.types.has('number')) return 'NUMBER'
  if (shape.types.has('integer')) return 'N'
  return shape.types.has('boolean') ? '' : 'TEXT'
}

function defaultOf(schema: ToolDescription['input']): string {
  return schema.default === undefined
    ? ''
    : `Default: ${typeof schema.default === 'string' ? schema.default : JSON.stringify(schema.default)}.`
}

/** An example input as the command that sends it. */
export function asCommand(name: string, input: unknown): string {
  const fields = typeof input === 'object' && input !== null ? Object.entries(input) : []
  return ['millrace', kebab(name), ...fields.flatMap(([field, value]) => flagFor(field, value))].join(' ')
}

function flagFor(field: string, value: unknown): readonly string[] {
  if (value === undefined) return []
  if (value === true) return [`--${kebab(field)}`]
  const simple = Array.isArray(value) && value.every((item) => typeof item === 'string' && !item.includes(',') && item !== '')
  return [`--${kebab(field)}`, quoted(simple ? value.join(',') : typeof value === 'string' ? value : JSON.stringify(value))]
}

const quoted = (word: string): string => (/^[\w./:@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)
