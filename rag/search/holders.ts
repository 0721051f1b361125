/** The words of the candidates, each once, with who has it: what letters, closeness and company are counted from. */
import type { Profile } from './profile.ts'

/** By word: candidate, count, candidate, count, and so on, in the candidates' order. */
export type Holders = ReadonlyMap<string, readonly number[]>

export function holdersOf(profiles: readonly Profile[]): Holders {
  const holders = new Map<string, number[]>()
  for (const [row, { places }] of profiles.entries()) {
    for (const [word, at] of places) {
      const list = holders.get(word)
      if (list) list.push(row, at.length)
      else holders.set(word, [row, at.length])
    }
  }
  return holders
}
