/** docs/tools.md, made from the catalogue: what each tool does, what it wants and what it gives, in its own words. */
import type { JsonSchema, ToolDescription } from '../tools/description.ts'
import { effects } from '../tools/tool.ts'
import { asCommand } from './help.ts'
import { choicesOf, isOpen, shapeOf } from './schema-shape.ts'

const headings: Readonly<Record<string, string>> = {
  read: 'Reading',
  create: 'Adding',
  change: 'Changing what is live or scheduled',
  egress: 'Sending out',
  delete: 'Removing',
}

/** Markdown; the same catalogue gives the same text. */
export function generateToolReference(catalogue: readonly ToolDescription[]): string {
  const groups = effects.flatMap((effect) => {
    const tools = catalogue.filter((tool) => tool.effect === effect)
    return tools.length === 0 ? [] : [{ effect, tools }]
  })
  return [
    '# Tools',
    '',
    '<!-- Made by `npm run docs` from the catalogue. Change the tool, not this page. -->',
    '',
    'Every tool is a route (`POST /api/tools/NAME`), a command (`npx millrace NAME`), an MCP tool, something the chat can call, a form in the page and a step of a pipeline, with the same input, the same result and the same errors.',
    '',
    ...groups.flatMap(({ effect, tools }) => [`**${headings[effect]}**: ${tools.map(({ name }) => `[${name}](#${name})`).join(', ')}`, '']),
    ...groups.flatMap(({ effect, tools }) => [`## ${headings[effect]}`, '', ...tools.flatMap(section)]),
  ]
    .join('\n')
    .trimEnd()
    .concat('\n')
}

function section(tool: ToolDescription): readonly string[] {
  const { name, title, description, effect, role, durable, input, output, examples } = tool
  return [
    `### ${name}`,
    '',
    `**${title}.** ${inline(description)}`,
    '',
    `Effect: ${effect}. Role: ${role}.${durable ? ' Runs durably: it survives a restart.' : ''}`,
    '',
    ...fieldTable('Input', input),
    ...fieldTable('Result', output),
    ...(examples.length === 0
      ? []
      : ['Examples:', '', '```', ...examples.flatMap(({ says, input: given }) => [`# ${says}`, asCommand(name, given)]), '```', '']),
  ]
}

function fieldTable(title: string, root: JsonSchema): readonly string[] {
  const rows = rowsOf(root, root, '', 0)
  if (rows.length === 0) return [`${title}: none.`, '']
  return [`| ${title} | Type | |`, '|---|---|---|', ...rows.map((row) => `| ${row.join(' | ')} |`), '']
}

/** Fields of fields are named by their path, two levels deep; what lies deeper is in the JSON Schema of `GET /api/tools`. */
function rowsOf(schema: JsonSchema, root: JsonSchema, prefix: string, depth: number): readonly (readonly string[])[] {
  const { properties } = shapeOf(schema, root)
  const required = new Set(Array.isArray(schema.required) ? schema.required : [])
  return Object.entries(properties).flatMap(([name, field]) => {
    const optional = depth === 0 && !required.has(name) ? '?' : ''
    const row = [`\`${prefix}${name}\`${optional}`, typeOf(field, root), wordsOf(field)]
    return depth < 1 ? [row, ...rowsInside(field, root, `${prefix}${name}`)] : [row]
  })
}

/** The fields of an object, or of the objects in a list. */
function rowsInside(field: JsonSchema, root: JsonSchema, path: string): readonly (readonly string[])[] {
  const shape = shapeOf(field, root)
  const { types, items } = shape
  if (isOpen(shape)) return []
  return types.has('array') ? rowsOf(items, root, `${path}[].`, 1) : rowsOf(field, root, `${path}.`, 1)
}

function wordsOf({ description, default: fallback }: JsonSchema): string {
  return `${inline(String(description ?? ''))}${fallback === undefined ? '' : ` Default: \`${JSON.stringify(fallback)}\`.`}`.trim()
}

function typeOf(field: JsonSchema, root: JsonSchema): string {
  const choices = choicesOf(field, root)
  if (choices.length > 0) return choices.map((choice) => `\`${String(choice)}\``).join(' ')
  const shape = shapeOf(field, root)
  const { types, items } = shape
  if (isOpen(shape)) return 'any'
  return [...types]
    .filter((type) => !(type === 'integer' && types.has('number')))
    .map((type) => (type === 'array' ? `${typeOf(items, root)}[]` : type))
    .join(' or ')
}

/** One cell of a table. */
const inline = (text: string): string => text.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|')
