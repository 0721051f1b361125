/** Characters that nobody sees but that change what is read: written out, so that text cannot hide words or turn them around. */

/**
 * Format and bidirectional controls, fillers, variation selectors and tags (Unicode TR 36, TR 39): each is shown as ⟨U+202E⟩.
 * Joiners stay where scripts and emoji need them.
 */
export function visible(text: string): string {
  return hidden.test(text) ? text.replace(everyHidden, shown) : text
}

const hidden = /(?![\t\n\r\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2])[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2028\u2029]/u
const everyHidden = new RegExp(hidden.source, 'gu')

function shown(character: string, at: number, text: string): string {
  const before = text.slice(0, at)
  const after = text.slice(at + character.length)
  if (isPresentation(character) && /\p{Emoji}$/u.test(before)) return character
  if (character === '\u200d' && /[\p{Emoji}\p{Variation_Selector}]$/u.test(before) && /^\p{Emoji}/u.test(after)) return character
  if (isJoiner(character) && joined.test(before.slice(-2)) && /^\p{L}/u.test(after)) return character
  return `⟨U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`
}

/** A letter of a script that is written with joiners, its marks behind it. */
const joined =
  /[\p{Script=Arabic}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}]$/u

/** How an emoji is drawn, in text or in colour. */
const isPresentation = (character: string): boolean => character === '\ufe0e' || character === '\ufe0f'
const isJoiner = (character: string): boolean => character === '\u200c' || character === '\u200d'
