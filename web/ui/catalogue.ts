/** The tools of this installation as the page needs them: words, effect and the schema of the form. */
import { get } from './api.ts'
import { at, isList, isRecord, type Json, listAt, textAt } from './json.ts'
import { createStore } from './store.ts'

export const effects = ['read', 'create', 'change', 'egress', 'delete'] as const
export type Effect = (typeof effects)[number]

export interface ToolWords {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly effect: Effect
  readonly role: string
  readonly durable: boolean
  readonly schema: unknown
  readonly examples: readonly { readonly says: string; readonly input: unknown }[]
}

export const effectWords: Readonly<Record<Effect, { readonly title: string; readonly means: string }>> = {
  read: { title: 'Look', means: 'Nothing changes.' },
  create: { title: 'Create', means: 'Adds something new and touches nothing live.' },
  change: { title: 'Change', means: 'Alters what is live or scheduled.' },
  egress: { title: 'Send', means: 'Sends something out of this machine.' },
  delete: { title: 'Delete', means: 'Removes something for good.' },
}

/** Empty until loaded. */
export const catalogue = createStore<readonly ToolWords[]>([])

export async function loadCatalogue(): Promise<void> {
  catalogue.set(readCatalogue(await get('/api/tools')))
}

/** Reads `{tools: […]}` or a bare list; an entry without a name is skipped. */
export function readCatalogue(body: unknown): readonly ToolWords[] {
  const list = isList(body) ? body : listAt(body, 'tools')
  return list.filter(isRecord).flatMap((tool) => {
    const name = textAt(tool, 'name')
    return name === undefined ? [] : [readTool(name, tool)]
  })
}

function readTool(name: string, tool: Json): ToolWords {
  const effect = effects.find((known) => known === tool.effect) ?? 'read'
  return {
    name,
    title: textAt(tool, 'title') ?? titleOf(name),
    description: textAt(tool, 'description') ?? '',
    effect,
    role: textAt(tool, 'role') ?? '',
    durable: tool.durable === true,
    schema: tool.input ?? tool.inputSchema ?? tool.input_schema ?? tool.parameters,
    examples: listAt(tool, 'examples').flatMap((example) => {
      const says = textAt(example, 'says')
      return says === undefined ? [] : [{ says, input: at(example, 'input') }]
    }),
  }
}

/** `train_model` -> `Train model`, for a tool the catalogue does not know. */
export function titleOf(name: string): string {
  const words = name.replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
