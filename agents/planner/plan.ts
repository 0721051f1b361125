/**
 * The offline planner: a message, the catalogue and the names of the world in, a plan out.
 *   read values -> cut into clauses -> retrieve a tool for each -> fill its arguments -> hand values on -> decide
 * No model and no rule for any sentence: what it knows of tools comes from the catalogue. It asks rather than guesses.
 */
import { asksAbility, corrected, picked } from './answers.ts'
import type { Plan, PlannedCall, PlannerTool, PlanRequest, Turn, World } from './contract.ts'
import { isFollowUp, isNo, isYes, recallFrom, repeated } from './conversation.ts'
import type { Draft } from './draft.ts'
import { isEntityKind } from './entities.ts'
import { type Reading, read } from './reading.ts'
import { indexOf, says } from './retrieve.ts'
import { able, askBeforeDelete, askForMissing, askVersion, farewell, greet, knowledge, nothingDone, outOfScope } from './speak.ts'
import { type Steps, stepsOf } from './steps.ts'

/** Same request, same plan. Never calls on doubt: what is missing, unknown or to be deleted is asked for first. */
export function plan(whole: PlanRequest): Plan {
  const request = { ...whole, message: whole.message.slice(0, longestMessage), history: whole.history.slice(-mostTurns).map(clipped) }
  const change = corrected(request.message)
  return change ? planAgain(request, change) : planOnce(request)
}

function planOnce(request: PlanRequest): Plan {
  const option = picked(request.message, request.history, request.world)
  return answer(option === undefined ? request : { ...request, message: option })
}

function answer(request: PlanRequest): Plan {
  const { message, history, catalogue, world } = request
  const pending = lastRequest(history)
  if (pending && isNo(message)) return quiet('answer', nothingDone)
  if (pending && isYes(message) && asksSomething(history)) {
    const drafts = draftsFor({ ...request, ...pending }, 0).drafts
    if (drafts.length > 0) return decide(drafts, world, true)
  }
  const { drafts, forbidden } = draftsFor(request, 0)
  if (
    asksAbility(message) &&
    drafts.every(({ known: { slots }, spans }) => slots.every(({ kind, name }) => !isEntityKind(kind) || !(name in spans)))
  )
    return quiet('answer', drafts.length > 0 ? able(drafts) : greet(catalogue, world))
  if (drafts.length > 0) return generalQuestion(message, drafts, world) ? quiet('answer', knowledge) : decide(drafts, world, false)
  return forbidden ? quiet('answer', nothingDone) : outside(read(message, world), catalogue, world)
}

/** Planning takes milliseconds for a request as people write them; what is pasted behind one is not read. */
const longestMessage = 2000
const mostTurns = 24
const clipped = ({ role, text }: Turn): Turn => ({ role, text: text.slice(0, longestMessage) })

/** What a message takes back of itself is an earlier turn; alone if the new words say everything. Planned twice, however often it is taken back. */
function planAgain(request: PlanRequest, { before, after }: { readonly before: readonly string[]; readonly after: string }): Plan {
  const alone = planOnce({ ...request, message: after })
  if (alone.calls.length > 0) return alone
  const turns = before.map((text, at): Turn => ({ role: 'user', text: at === 0 ? text : `instead ${text}` }))
  return planOnce({ ...request, history: [...request.history, ...turns].slice(-mostTurns), message: `instead ${after}` })
}

/** What the person last asked for that was a request of its own, with the turns before it. */
function lastRequest(history: readonly Turn[]): Pick<PlanRequest, 'message' | 'history'> | undefined {
  const at = history.findLastIndex(({ role }) => role === 'user')
  const turn = history[at]
  return turn && { message: turn.text, history: history.slice(0, at) }
}

const asksSomething = (history: readonly Turn[]): boolean =>
  /\?/u.test(history.at(-1)?.text ?? '') || /\b(?:confirm|answer yes)\b/iu.test(history.at(-1)?.text ?? '')

const deepest = 5

function draftsFor(request: PlanRequest, depth: number): Steps {
  const { message, history, catalogue, world } = request
  const index = indexOf(catalogue)
  const reading = read(message, world)
  const earlier = lastRequest(history)
  const previous = once(() => (earlier && depth < deepest ? draftsFor({ ...request, ...earlier }, depth + 1).drafts : []))
  const steps = stepsOf({ index, reading, world, recall: recallFrom(history, previous, world) })
  if (!isFollowUp(reading) || steps.forbidden) return steps
  const again = steps.drafts.length === 0 || shows(reading) ? repeated(reading, previous(), world) : undefined
  return again && better(again, steps.drafts) ? { drafts: [again], forbidden: false } : steps
}

/** Earlier requests are planned again only for a message that points back to them. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

/** "now do it with …", "the same for …", "and …?", "what about …". */
const shows = ({ text }: Reading): boolean =>
  /^\s*(?:and|or|what about|how about|same|the same|do (?:it|that|the same)|again|now (?:do|try)|try|with|for|use)\b|\b(?:the same|instead|do it|try it|once more|again)\b/iu.test(
    text,
  )

/** A repetition is right when what the message asks by itself is nothing, incomplete, or the same deed. */
function better(again: Draft, drafts: readonly Draft[]): boolean {
  const [first] = drafts
  return !first || first.missing.length > 0 || first.known === again.known
}

function decide(drafts: readonly Draft[], world: World, confirmed: boolean): Plan {
  const known = drafts.findLast(({ known: { deletes } }) => deletes)
  if (known && (!confirmed || known.missing.length > 0)) return ask(known, askBeforeDelete(known, world))
  const lacking = drafts.find((draft) => draft.missing.length + draft.unknown.length + draft.unavailable.length > 0)
  if (lacking) return ask(lacking, askForMissing(lacking, world))
  const wrong = drafts.map((draft) => ({ draft, text: wrongVersion(draft, drafts, world) })).find(({ text }) => text !== undefined)
  if (wrong?.text !== undefined) return ask(wrong.draft, wrong.text)
  return { type: drafts.length > 1 ? 'calls' : 'call', calls: drafts.map(callOf), text: '' }
}

/** A version that the model does not have, unless an earlier step makes one. */
function wrongVersion(draft: Draft, drafts: readonly Draft[], world: World): string | undefined {
  const { slots } = draft.known
  const model = slots.filter(({ kind }) => kind === 'model').map(({ name }) => draft.arguments[name])[0]
  const said = slots.filter(({ kind, name }) => kind === 'version' && name in draft.spans)
  const version = said.map(({ name }) => draft.arguments[name])[0]
  if (typeof model !== 'string' || typeof version !== 'number' || drafts[0] !== draft) return undefined
  const versions = world.models[model]?.versions
  return versions && !versions.includes(version) ? askVersion(model, version, versions) : undefined
}

function ask(draft: Draft, text: string): Plan {
  const fields =
    draft.missing.length > 0
      ? draft.missing
      : draft.known.deletes
        ? []
        : [...draft.unknown.map(({ kind }) => kind), ...draft.unavailable.map(({ slot }) => slot)]
  return { type: 'clarify', calls: [], text, missing: { tool: draft.known.tool.name, fields, known: draft.arguments } }
}

const callOf = (draft: Draft): PlannedCall => ({
  tool: draft.known.tool.name,
  arguments: draft.arguments,
  spans: draft.spans,
  ...(draft.condition === undefined ? {} : { condition: draft.condition }),
})

/** "What is overfitting?": about the trade, not about this workspace. */
function generalQuestion(message: string, drafts: readonly Draft[], world: World): boolean {
  const reading = read(message, world)
  if (
    drafts.some(({ known }) => known !== drafts[0]?.known) ||
    reading.entities.length + reading.paths.length + reading.versions.length + reading.quoted.length + reading.ids.length > 0
  )
    return false
  if (!drafts.every(unanchored) && !/\b(?:difference between|meaning of)\b/iu.test(message)) return false
  return (
    /^\s*(?:what(?:'s| is| are| does)|define|how do(?:es)?|why (?:do|does|is|are)|when (?:should|do|would)|explain (?!a |an |the |my |our |this |that )|tell me (?:about|what)|can you explain)\b/iu.test(
      message,
    ) && !/\b(?:my|our|we|it|its|this|these|status|last|latest)\b/iu.test(message)
  )
}

/** Nothing but the question itself would go into the call. */
function unanchored({ known, arguments: args, missing }: Draft): boolean {
  const words = known.slots.filter(({ kind }) => kind === 'query' || kind === 'question' || kind === 'text').map(({ name }) => name)
  return missing.length > 0 || (words.length > 0 && Object.keys(args).every((name) => words.includes(name)))
}

const greeting =
  /\b(?:hello|hi|hey|hallo|guten (?:tag|morgen|abend)|good (?:morning|evening|afternoon)|what can you|help|who are you|hilfe|helfen)\b/iu
/** Thanks or a goodbye, and nothing more. */
const parting =
  /^\W*(?:ok(?:ay)?\W+)?(?:many )?(?:thanks|thank you|bye|goodbye|danke|tsch[uü]ss)(?: (?:a lot|so much|very much|you|bye))*\W*$/iu

function outside(reading: Reading, catalogue: readonly PlannerTool[], world: World): Plan {
  const contents = reading.ideas.filter(({ idea }) => idea.startsWith('='))
  if (parting.test(reading.text)) return quiet('answer', farewell)
  if (greeting.test(reading.text)) return quiet('answer', `Hello! ${greet(catalogue, world)}`)
  if (contents.length === 0) return quiet('answer', greet(catalogue, world))
  const question = /\?\s*$|^\s*(?:what|who|why|how|when|where|explain|define)\b/iu.test(reading.text)
  return question && !says(reading, 'delete') ? quiet('answer', knowledge) : quiet('refuse', outOfScope(catalogue, world))
}

const quiet = (type: 'answer' | 'refuse', text: string): Plan => ({ type, calls: [], text })
