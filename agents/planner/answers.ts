/** What a message says to the turns before it: the option it picks of those that were offered, what it takes back of itself. */
import type { Turn, World } from './contract.ts'
import { findEntities } from './entities.ts'

const ordinals: readonly (readonly [RegExp, number])[] = [
  [/^(?:first|1st|former|option 1|number (?:1|one)|1)$/u, 0],
  [/^(?:second|2nd|option 2|number (?:2|two)|2)$/u, 1],
  [/^(?:third|3rd|option 3|number (?:3|three)|3)$/u, 2],
  [/^(?:fourth|4th|option 4|number (?:4|four)|4)$/u, 3],
  [/^(?:last|latter)$/u, -1],
]

const pick =
  /^\s*(?:i (?:mean|meant|want)|use|take|make it|let's take|go with|i'd say|ok,?|yes,?|please)?\s*(?:the\s+)?((?:first|second|third|fourth|last|former|latter|1st|2nd|3rd|4th|option \d|number \w+))(?:\s+(?:one|option|of (?:them|these|those)))?(?:\s+please)?[\s.!]*$/iu

/** "the second one", after "a or b?", is "b"; undefined when the message picks nothing by its place. */
export function picked(message: string, history: readonly Turn[], world: World): string | undefined {
  const said = pick.exec(message)?.[1]?.toLowerCase()
  const question = history.at(-1)
  if (said === undefined || question?.role !== 'assistant') return undefined
  const at = ordinals.find(([pattern]) => pattern.test(said))?.[1]
  return at === undefined ? undefined : optionsIn(question.text, world).at(at)
}

/** What a question offers, in its order: names in quotes, in brackets, or of the world. */
function optionsIn(text: string, world: World): readonly string[] {
  const sentence = text.slice(0, text.lastIndexOf('?') + 1)
  const bracketed = /\(([^()]+)\)[^()]*$/u.exec(sentence)?.[1]?.split(/,\s*/u) ?? []
  if (bracketed.length > 1) return bracketed.filter((option) => option !== '…')
  const names = findEntities(sentence, world).map(({ name }) => name)
  const quoted = [...sentence.matchAll(/"([^"]+)"/gu)]
    .map((match) => match[1] ?? '')
    .filter((name) => names.length === 0 || names.includes(name))
  return quoted.length > 1 ? quoted : [...new Set(names)]
}

const correction =
  /(?:[,.;:!…–—-]+\s*)(?:(?:oh |hm+,? |uh,? )?(?:actually,? no|no,? actually|no,? wait|wait,? no|scratch that|on second thoughts?|correction|sorry,? i meant?|i mean|i meant|make that|actually))\b[\s,:;….–—-]*(?=\S)/iu

/** "do x, no wait, y, no, z": what was said first, in order, and what it was corrected to in the end. */
export function corrected(message: string): { readonly before: readonly string[]; readonly after: string } | undefined {
  const parts = message.split(correction).filter((part) => part.trim() !== '')
  const after = parts.at(-1)
  return parts.length < 2 || after === undefined ? undefined : { before: parts.slice(0, -1), after }
}

/** "do you support canaries?": whether something can be done, not that it should be. */
export const asksAbility = (message: string): boolean =>
  /^\s*(?:(?:so|and|hey|hi|ok|well),?\s+)*(?:are you (?:able|capable|allowed)\b|do you (?:support|know how|offer|handle|understand)\b|is it possible\b|what (?:else )?can (?:you|i)\b|what are you (?:good|able)\b|which tools\b|how do you work\b|how does (?:this|it|that) work\b)|\bby yourself\b.*\?/iu.test(
    message,
  )
