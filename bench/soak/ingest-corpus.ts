/**
 * Documents that change from edition to edition, each with words of its own, so that a client can tell which edition it was
 * given, whether it is whole, and by which word it must be found.
 */
import { writeFile } from 'node:fs/promises'

/** One document in this many is several chunks long, and one is long enough to be written in many transactions. */
const everyNthIsLong = 10
const everyNthIsHuge = 150
const sentences = { short: 6, long: 60, huge: 500 }
/** A round changes one document in this many. */
const changing = 3

export const idOf = (index: number): string => `note-${index}`

/** The same in every edition and in no other document: letters that no stemmer touches. */
export const wordOf = (index: number): string => `zq${lettersOf(index)}`

/** How often the document has been changed when the corpus is at this round; rounds begin at 0. */
export const editionAt = (index: number, round: number): number => Math.floor((round + (index % changing)) / changing)

export function textOf(index: number, edition: number): string {
  const count = sentences[sizeOf(index)]
  const said = Array.from(
    { length: count },
    (_, at) =>
      `In part ${at} of edition ${edition} the miller of house ${index} weighs ${(index * 31 + at * 17 + edition) % 997} sacks of grain.`,
  )
  // The first and the last chunk each hold the word.
  return `The mark is ${wordOf(index)}. ${said.join(' ')} The mark was ${wordOf(index)}.`
}

/** The edition that wrote this text; undefined when none did, whole and unmixed. */
export function editionOf(index: number, text: string): number | undefined {
  const edition = Number(/In part 0 of edition (\d+) /.exec(text)?.[1])
  return textOf(index, edition) === text ? edition : undefined
}

/** JSON Lines; the same path in every round. */
export async function writeCorpus(
  path: string,
  { documents, round }: { readonly documents: number; readonly round: number },
): Promise<void> {
  const lines = Array.from({ length: documents }, (_, index) =>
    JSON.stringify({ _id: idOf(index), title: `House ${index}`, text: textOf(index, editionAt(index, round)) }),
  )
  await writeFile(path, `${lines.join('\n')}\n`)
}

function sizeOf(index: number): keyof typeof sentences {
  if (index % everyNthIsHuge === everyNthIsHuge - 1) return 'huge'
  return index % everyNthIsLong === everyNthIsLong - 1 ? 'long' : 'short'
}

/** Digits as consonants: without a vowel there is nothing to stem. */
const lettersOf = (index: number): string => [...String(index)].map((digit) => 'bcdfghjklm'[Number(digit)]).join('')
