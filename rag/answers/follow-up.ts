/**
 * Follow-up questions made whole without a model. "When was it built?" takes over what the former question was about;
 * "And in Germany?" is the former question with another place in it.
 */
import type { Turn } from './answer.ts'
import { allQuestionWords } from './question-words.ts'
import { shortAnswer } from './short-answer.ts'

/** Turns looked back on. */
const mostTurns = 6
/** A question with more content than this stands on its own, whatever words it uses. */
const wholeFrom = 6
/** With fewer words of content than this, and no name, it does not. */
const tooFew = 2

const pronoun =
  /(?<![\p{L}\p{N}])(it|its|they|them|their|theirs|he|him|his|she|her|hers|this|that|these|those|there|such|er|ihn|ihm|sie|ihr|ihre[mnrs]?|es|seine?[mnrs]?|dies(e[mnrs]?)?|jene[mnrs]?|dort|davon|dafür|damit|dazu|daran|él|ella|ellos|ellas|ello|lo|su|sus|est[eao]s?|es[eao]s?|allí|il|elle|ils|elles|lui|leur|leurs|cela|ça|celui|celle|y)(?![\p{L}\p{N}])/iu
const person = /(?<![\p{L}\p{N}])(he|him|his|she|her|hers|they|them|their|er|ihn|ihm|sie|ihr|él|ella|il|elle|lui|su)(?![\p{L}\p{N}])/iu
/** "And …?" and the like: what follows goes into the place of something in the former question. */
const elliptic =
  /^[\s¿]*(and(?! (why|who|when|where|how|what|which)\b)|or|but|what about|how about|und|oder|aber|was ist mit|wie ist es (mit|bei)|wie sieht es mit|y|e|o|pero|qué (hay|pasa) (de|con)|et|ou|mais|qu'en est-il de)(?![\p{L}\p{N}])[\s,]*/iu
const preposition =
  /(?<![\p{L}\p{N}])(in|on|at|for|from|of|to|by|with|under|during|im|am|bei|für|von|aus|nach|mit|unter|en|de|para|con|por|desde|à|au|dans|pour|chez|avec)\s+((?:the|der|die|das|dem|den|el|la|los|las|le|les)\s+)?$/iu
const words = /[\p{L}\p{M}\p{N}][\p{L}\p{M}\p{N}_'’.-]*/gu
const fillers = new Set(
  'a an the of in on at for from to by with and or but is are was were be been do does did has have had can could will would shall should may might must please tell me us about der die das den dem des ein eine einen einem einer im am zu von für mit und oder aber ist sind war waren hat haben kann können wird werden gibt el la los las un una unos unas de del en a para con por y o pero es son fue era hay ha han puede le les du des au aux et ou mais est sont était a-t'.split(
    ' ',
  ),
)

interface Word {
  readonly text: string
  readonly at: number
  readonly name: boolean
}

/** The question as it can be searched for on its own; unchanged where it needs nothing. `history` is oldest first. */
export function completeFollowUp(question: string, history: readonly Turn[]): string {
  let former: { readonly question: string; readonly answer: string } | undefined
  for (const turn of history.slice(-mostTurns)) {
    former = { question: former ? complete(turn.question, former) : turn.question, answer: turn.answer }
  }
  return former ? complete(question, former) : question
}

function complete(question: string, former: Turn): string {
  const own = contentOf(question)
  const opening = elliptic.exec(question)
  if (opening && own.length < wholeFrom) return `${withoutReplaced(former.question, question.slice(opening[0].length))} ${question.trim()}`
  const refers = pronoun.test(question)
  const bare = own.length < tooFew && !own.some(({ name }) => name)
  if (own.length >= wholeFrom || !(refers || bare)) return question
  const known = new Set(own.map(({ text }) => text.toLowerCase()))
  const carried = contentOf(former.question)
    .map(({ text }) => text)
    .filter((text) => !known.has(text.toLowerCase()))
  const named = person.test(question) ? nameIn(former) : undefined
  const added = [...(named === undefined ? [] : [named]), ...carried]
  return added.length === 0 ? question : `${question.trim()} (${added.join(' ')})`
}

/** Words that say what a question is about. */
function contentOf(question: string): readonly Word[] {
  return [...question.matchAll(words)]
    .map(({ 0: found, index }) => ({ found: found.replace(/['’.-]+$/u, ''), index }))
    .filter(({ found }) => !fillers.has(found.toLowerCase()) && !allQuestionWords.has(found.toLowerCase()) && !isPronoun(found))
    .map(({ found, index }) => ({ text: found, at: index, name: isName(found, index) }))
}

const isPronoun = (word: string): boolean => pronoun.exec(word)?.[0] === word
const isName = (word: string, at: number): boolean => /\p{N}/u.test(word) || (at > 1 && /^\p{Lu}/u.test(word))

/** The former question without the name that the new one replaces: the one after the same preposition, or the only one. */
function withoutReplaced(former: string, replacement: string): string {
  const names = runsOfNames(former)
  const [first] = [...replacement.matchAll(words)].filter(({ 0: word, index }) => isName(word, index + 2))
  if (!first) return former.trim()
  const before = preposition.exec(replacement.slice(0, first.index))?.[1]?.toLowerCase()
  const same = names.find(({ start }) => before !== undefined && preposition.exec(former.slice(0, start))?.[1]?.toLowerCase() === before)
  const replaced = same ?? (names.length === 1 ? names[0] : undefined)
  if (!replaced) return former.trim()
  const kept = former.slice(0, replaced.start).replace(preposition, '')
  return `${kept}${former.slice(replaced.end)}`.replaceAll(/\s+(?=[\s?])/gu, '').trim()
}

/** Names of several words are one. */
function runsOfNames(text: string): readonly { readonly start: number; readonly end: number }[] {
  const runs: { start: number; end: number }[] = []
  for (const { text: word, at } of contentOf(text).filter(({ name }) => name)) {
    const last = runs.at(-1)
    if (last && text.slice(last.end, at).trim() === '') last.end = at + word.length
    else runs.push({ start: at, end: at + word.length })
  }
  return runs
}

/** Whom the former answer named, where the former question asked for somebody. */
function nameIn({ question, answer }: Turn): string | undefined {
  const found = shortAnswer(answer.slice(0, 500), question)
  return found !== undefined && /^\p{Lu}/u.test(found) && !question.includes(found) ? found : undefined
}
