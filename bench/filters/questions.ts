/** Random searches: who asks, for which words, under which filter. */
import type { Caller, Role } from '../../platform/caller.ts'
import type { Chance } from '../seeded.ts'
import { type RandomFilter, randomFilter } from './conditions.ts'
import { type Entry, users, vocabulary, wordFrom } from './entries.ts'

export interface Question {
  readonly query: string
  readonly words: readonly string[]
  readonly caller: Caller
  readonly filter: RandomFilter | undefined
}

const ranks: readonly Role[] = ['viewer', 'builder', 'operator', 'admin']
/** The rest ask under their permissions alone. */
const filteredShare = 0.9

export function randomQuestions(
  chance: Chance,
  { questions, count }: { readonly questions: number; readonly count: number },
): readonly Question[] {
  const known = vocabulary()
  return Array.from({ length: questions }, () => {
    const words = Array.from({ length: 3 + chance.index(3) }, () => wordFrom(known, chance))
    return {
      words,
      query: words.join(' '),
      caller: randomCaller(chance),
      filter: chance.next() < filteredShare ? randomFilter(chance, count) : undefined,
    }
  })
}

function randomCaller(chance: Chance): Caller {
  const id = chance.pick(users)
  const role = chance.next() < 0.5 ? 'viewer' : chance.pick(ranks)
  return { id, role, name: id, kind: 'person', workspace: 'default', channel: 'http' }
}

/** Whether the one who asks may see the entry and the filter lets it through, told from the documents alone. */
export function fits({ metadata, readers }: Entry, { caller, filter }: Question): boolean {
  return mayRead(caller, readers) && (filter?.fits(metadata) ?? true)
}

function mayRead({ id, role, workspace }: Caller, readers: Entry['readers']): boolean {
  if (readers === undefined || role === 'admin') return true
  const roles = ranks.slice(0, ranks.indexOf(role) + 1).map((one) => `role:${one}`)
  return [id, `workspace:${workspace}`, ...roles].some((principal) => readers.includes(principal))
}
