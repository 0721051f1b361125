/** Queries as people mistype them: random edits of letters, the same for the same seed. */
import { seededRandom } from '../ml/evaluation/seeded-random.ts'

const wordsPerEdit = 3
const letters = 'abcdefghijklmnopqrstuvwxyz'

type Roll = (sides: number) => number

/** One edit for every three words, at least one, each in a word of its own: a letter changed, put in, left out, or two swapped. */
export function withTypos(query: string, seed: number): string {
  const random = seededRandom(seed)
  const roll: Roll = (sides) => Math.floor(random() * sides)
  const pieces = query.split(/([\p{L}\p{M}\p{N}_]+)/u)
  const words = pieces.flatMap((piece, at) => (at % 2 === 1 && piece.length > 1 ? [at] : []))
  const edits = Math.max(1, Math.round(words.length / wordsPerEdit))
  for (let made = 0; made < edits && words.length > 0; made++) {
    const [at = 0] = words.splice(roll(words.length), 1)
    pieces[at] = edit(pieces[at] ?? '', roll)
  }
  return pieces.join('')
}

function edit(word: string, roll: Roll): string {
  const at = roll(word.length)
  const letter = letters.charAt(roll(letters.length))
  const kinds = [
    () => word.slice(0, at) + letter + word.slice(at + 1),
    () => word.slice(0, at) + letter + word.slice(at),
    () => word.slice(0, at) + word.slice(at + 1),
    () => swap(word, Math.min(at, word.length - 2)),
  ]
  return kinds[roll(kinds.length)]?.() ?? word
}

const swap = (word: string, at: number): string => word.slice(0, at) + word.charAt(at + 1) + word.charAt(at) + word.slice(at + 2)
