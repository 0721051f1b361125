/** When two questions are the same question: the same content words in the same order, politeness and articles aside. */
import { createHash } from 'node:crypto'
import { tokenize } from '../language/tokens.ts'

/** Words that change how a question sounds, never what it asks. Question words, negations and verbs are not among them. */
const fillers = new Set(
  'a an the please kindly tell me could would you can bitte sag mir sage ein eine einen der die das den dem por favor dime el la los las un una le les des une du dis moi'.split(
    ' ',
  ),
)

/** SHA-256 of the content words; a question of nothing but fillers keeps them all. */
export function wordsDigest(question: string): string {
  const words = tokenize(question)
  const content = words.filter((word) => !fillers.has(word))
  return sha256((content.length > 0 ? content : words).join(' '))
}

/** Case, white space and closing marks aside. */
export function normalised(question: string): string {
  return question
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/\s+/gu, ' ')
    .replace(/[\s?!.¿¡？！。]+$/u, '')
    .trim()
}

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
