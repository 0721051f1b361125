/** The planner's own sentences: questions that name what is missing and what there is, and short answers out of scope. */
import type { PlannerTool, World } from './contract.ts'
import type { Draft } from './draft.ts'
import { namesIn } from './entities.ts'
import type { UnknownName } from './fill.ts'
import type { Slot } from './slots.ts'
import { suggestions } from './suggest.ts'

const most = 8

export function askForMissing(draft: Draft, world: World): string {
  const [unknown] = draft.unknown
  if (unknown) return aboutUnknown(unknown, world)
  const [other] = draft.unavailable
  if (other) {
    const choices = draft.known.slots.find(({ name }) => name === other.slot)?.choices ?? []
    return `${titleOf(draft.known.tool)} offers no ${other.slot.replaceAll('_', ' ')} "${other.said}". It has ${listed(choices, 'and')}. Which should it be?`
  }
  const slots = draft.known.slots.filter(({ name }) => draft.missing.includes(name))
  const asked = slots.map((slot) => `${article(slot)}${options(slot, draft, world)}`)
  const known = Object.entries(draft.arguments).map(([name, value]) => `${name} ${brief(value)}`)
  const so = known.length > 0 ? ` So far I have ${known.join(', ')}.` : ''
  return `To use ${titleOf(draft.known.tool)} I need ${listed(asked, draft.known.slots.every(({ required }) => !required) ? 'or' : 'and')}.${so} Which should it be?`
}

function aboutUnknown({ text, kind, near }: UnknownName, world: World): string {
  if (near.length > 0)
    return `There is no ${kind} "${text}". Did you mean ${listed(
      near.slice(0, 3).map((name) => `"${name}"`),
      'or',
    )}?`
  const names = namesIn(kind, world)
  return `There is no ${kind} "${text}". ${names.length > 0 ? `There is ${listed(names.slice(0, most), 'and')}. Which do you mean?` : `There are none of that sort yet. Which do you mean?`}`
}

export function askVersion(model: string, version: number, versions: readonly number[]): string {
  return `${model} has no version ${version}; it has ${listed(versions.map(String), 'and')}. Which version do you mean?`
}

/** Before anything is removed: what exactly, and what that would break. */
export function askBeforeDelete(draft: Draft, world: World): string {
  const values = Object.values(draft.arguments).map(brief)
  const name = draft.known.slots.find(({ kind }) => kind === 'model')?.name
  const model = name === undefined ? undefined : draft.arguments[name]
  const known = typeof model === 'string' ? world.models[model] : undefined
  const version = draft.known.slots.filter(({ kind }) => kind === 'version').map((slot) => draft.arguments[slot.name])[0]
  const live = known?.production
  const touchesLive = live !== undefined && live !== null && (version === undefined || version === live)
  const warning = touchesLive ? ` Version ${live} of ${String(model)} is in production.` : ''
  const what = values.length > 0 ? values.join(' ') : 'what you named'
  if (draft.missing.length > 0)
    return `"${titleOf(draft.known.tool)}" removes for good, one thing at a time.${warning} Which exactly should go?`
  return `This removes ${what} for good (${draft.known.tool.name}).${warning} Shall I go on? Answer yes to confirm.`
}

/** What there is to say here, for who does not know yet. */
export function greet(catalogue: readonly PlannerTool[], world: World): string {
  return `Tell me in plain words what you want to know or do, for example ${wordsToSay(catalogue, world)}`
}

export const farewell = 'You are welcome. I am here when you need something.'

/** What could be done, by whom, and what that would need; nothing is called. */
export function able(drafts: readonly Draft[]): string {
  return drafts
    .map(({ known: { tool, slots } }) => {
      const needed = slots.filter(({ required }) => required).map((slot) => article(slot))
      return `Yes, with ${titleOf(tool)} (${tool.name})${needed.length > 0 ? `: tell me ${listed(needed, 'and')}` : ''}.`
    })
    .join(' ')
}

export function outOfScope(catalogue: readonly PlannerTool[], world: World): string {
  return `None of the tools here fits that, so I did nothing. Say it in other words, or try for example ${wordsToSay(catalogue, world)}`
}

export const knowledge =
  'That is a general question, and without a hosted model I only answer from tools and documents. Name a collection to search in it, or configure a hosted model.'

export const nothingDone = 'Understood: I called nothing.'

/** Sentences that work on this workspace; where the catalogue has none, some of its tools. Ends the sentence. */
function wordsToSay(catalogue: readonly PlannerTool[], world: World): string {
  const said = suggestions(catalogue, world).map((words) => `"${words}"`)
  if (said.length > 0) return `${listed(said, 'or')}.`
  const stride = Math.max(1, Math.floor(catalogue.length / 6))
  const some = catalogue.filter((_, at) => at % stride === 0).slice(0, 6)
  return `with one of these tools: ${listed(some.map(titleOf), 'or')}.`
}

const titleOf = ({ title, name }: PlannerTool): string => (title === '' ? name : title)

function article(slot: Slot): string {
  const noun = slot.name.replaceAll('_', ' ')
  return slot.many ? `the ${noun}` : `${/^[aeiou]/iu.test(noun) ? 'an' : 'a'} ${noun}`
}

function options(slot: Slot, draft: Draft, world: World): string {
  const choices = slot.choices.length > 0 ? slot.choices : candidates(slot, draft, world)
  return choices.length > 0 ? ` (${choices.slice(0, most).join(', ')}${choices.length > most ? ', …' : ''})` : ''
}

function candidates(slot: Slot, draft: Draft, world: World): readonly string[] {
  const { kind } = slot
  const value = (wanted: Slot['kind']): unknown =>
    draft.known.slots.filter((one) => one.kind === wanted).map((one) => draft.arguments[one.name])[0]
  if (kind === 'column') {
    const dataset = value('dataset')
    return typeof dataset === 'string' ? (world.datasets[dataset] ?? []) : []
  }
  if (kind === 'version') {
    const model = value('model')
    return typeof model === 'string' ? (world.models[model]?.versions ?? []).map(String) : []
  }
  return kind === 'dataset' || kind === 'model' || kind === 'run' || kind === 'collection' || kind === 'pipeline' || kind === 'suite'
    ? namesIn(kind, world)
    : []
}

function listed(items: readonly string[], word: 'and' | 'or'): string {
  if (items.length < 2) return items[0] ?? ''
  return `${items.slice(0, -1).join(', ')} ${word} ${items.at(-1)}`
}

function brief(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}
