/** The arguments of a tool as slots to fill: what sort of value each wants, read from its JSON Schema's name, words and type. */
import type { PlannerTool } from './contract.ts'
import { nameWords, stem } from './words.ts'

/** What fills a slot. The first six are names from the world. */
export type SlotKind =
  | 'dataset'
  | 'model'
  | 'run'
  | 'collection'
  | 'pipeline'
  | 'suite'
  | 'artifact'
  | 'column'
  | 'version'
  | 'path'
  | 'cron'
  | 'window'
  | 'since'
  | 'metric'
  | 'choice'
  | 'number'
  | 'flag'
  | 'new name'
  | 'actor'
  | 'id'
  | 'record'
  | 'object'
  | 'list'
  | 'query'
  | 'question'
  | 'phrases'
  | 'text'

export interface Slot {
  readonly name: string
  readonly kind: SlotKind
  readonly required: boolean
  /** Takes a list of values. */
  readonly many: boolean
  readonly choices: readonly string[]
  readonly integer: boolean
  readonly maximum: number | undefined
  /** Stems of the name and the description, to recognise its cue words. */
  readonly stems: ReadonlySet<string>
  readonly nameStems: readonly string[]
}

type Schema = Readonly<Record<string, unknown>>

/** In the order of the schema, required ones first. */
export function slotsOf(tool: PlannerTool): readonly Slot[] {
  const properties = asSchema(tool.input.properties)
  const required = new Set(strings(tool.input.required))
  const slots = Object.entries(properties).map(([name, schema]) => slotOf(name, asSchema(schema), required.has(name)))
  const fitting = aboutEvals(tool) ? slots : slots.map((slot): Slot => (slot.kind === 'suite' ? { ...slot, kind: 'text' } : slot))
  return [...fitting.filter((slot) => slot.required), ...fitting.filter((slot) => !slot.required)]
}

/** A suite of the world is one of evaluations; other tools have suites of their own, of rules or checks. */
const aboutEvals = ({ name, title, description }: PlannerTool): boolean =>
  nameWords(`${name} ${title} ${description}`).some((word) => /^(?:eval|evals|evaluat\p{L}+|benchmarks?|scorecards?)$/u.test(word))

function slotOf(name: string, given: Schema, required: boolean): Slot {
  const schema = plain(given)
  const many = schema.type === 'array'
  const item = many ? plain(asSchema(schema.items)) : schema
  const description = typeof given.description === 'string' ? given.description : ''
  const choices = choicesOf(item)
  const nameStems = nameWords(name).map(stem)
  const maximum = item.maximum
  return {
    name,
    required,
    many,
    choices,
    nameStems,
    kind: kindOf({ name, type: String(item.type ?? ''), many, description, choices }),
    integer: item.type === 'integer',
    maximum: typeof maximum === 'number' ? maximum : undefined,
    stems: new Set([...nameStems, ...nameWords(description).map(stem)]),
  }
}

/** A union is read by its first branch that is not null. */
function plain(schema: Schema): Schema {
  const branches = [schema.anyOf, schema.oneOf].find(Array.isArray)
  const branch = branches?.map(asSchema).find((one) => one.type !== 'null')
  if (branch) return plain(branch)
  const type = schema.type
  return Array.isArray(type) ? { ...schema, type: type.find((one) => one !== 'null') } : schema
}

function choicesOf(schema: Schema): readonly string[] {
  const listed = strings(schema.enum)
  return listed.length > 0 ? listed : strings([schema.const])
}

interface Traits {
  readonly name: string
  readonly type: string
  readonly many: boolean
  readonly description: string
  readonly choices: readonly string[]
}

/** By name first; the description only decides where the name says nothing. */
function kindOf(traits: Traits): SlotKind {
  if (traits.choices.length > 0) return 'choice'
  if (traits.type === 'boolean') return 'flag'
  if (traits.type === 'object') return objectKind(traits)
  const words = nameWords(traits.name)
  const byName = kindByWords(words, traits.type)
  if (byName === 'record' && traits.many && traits.type === 'string') return 'column'
  if (byName) return byName
  if (/^cron\b|\bcron (?:string|expression)/iu.test(traits.description)) return 'cron'
  if (traits.type === 'number' || traits.type === 'integer') return 'number'
  if (traits.many && traits.type !== 'string') return 'phrases'
  return kindByDescription(traits) ?? (traits.many ? 'phrases' : 'text')
}

/** A row is said in columns and values; other objects only when they are written out. */
function objectKind({ name, many }: Traits): SlotKind {
  if (nameWords(name).some((word) => ['record', 'records', 'row', 'rows', 'instance', 'features', 'example', 'params'].includes(word)))
    return 'record'
  return many ? 'list' : 'object'
}

/** word of a name -> kind, the first that stands in it; numeric slots may only be versions. */
const kindWords: readonly (readonly [SlotKind, readonly string[]])[] = [
  ['version', ['version', 'revision']],
  ['id', ['id']],
  ['cron', ['cron', 'schedule']],
  ['new name', ['name', 'output', 'as', 'title', 'alias']],
  ['metric', ['metric', 'metrics', 'objective', 'sort', 'order']],
  ['column', ['target', 'column', 'columns', 'sensitive', 'stratify', 'label', 'protected', 'feature', 'by']],
  ['path', ['path', 'source', 'file', 'url', 'folder', 'uri', 'to', 'location']],
  ['dataset', ['dataset', 'datasets', 'table', 'reference', 'baseline', 'data', 'frame']],
  ['model', ['model', 'models', 'estimator']],
  ['run', ['run', 'runs', 'experiment', 'experiments', 'trial']],
  ['collection', ['collection', 'corpus', 'collections']],
  ['pipeline', ['pipeline', 'workflow', 'job']],
  ['suite', ['suite', 'benchmark']],
  ['artifact', ['artifact', 'artefact', 'entity']],
  ['window', ['window', 'period', 'lookback']],
  ['since', ['since', 'after', 'until']],
  ['actor', ['actor', 'user', 'person', 'who']],
  ['record', ['record', 'records', 'params', 'features']],
  ['query', ['query', 'search', 'keywords', 'phrase']],
  ['question', ['question', 'prompt']],
]

function kindByWords(words: readonly string[], type: string): SlotKind | undefined {
  const kind = kindWords.find(([, names]) => words.some((word) => names.includes(word)))?.[0]
  if (type !== 'number' && type !== 'integer') return kind
  return kind === 'version' ? 'version' : undefined
}

/** A description may say what a slot names; other kinds must stand in the name. */
function kindByDescription({ description, type }: Traits): SlotKind | undefined {
  const kind = kindByWords(nameWords(description).slice(0, 6), type)
  return kind !== undefined && ['dataset', 'model', 'run', 'collection', 'pipeline', 'suite', 'column', 'path'].includes(kind)
    ? kind
    : undefined
}

const asSchema = (value: unknown): Schema => (typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {})
const strings = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : []
