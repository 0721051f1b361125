/** What a foreign tool is called here: SERVER__tool, in snake case, short enough for every model's function names. */
import { createHash } from 'node:crypto'

const longestServer = 20
/** Function names of hosted models end at 64 characters. */
const longest = 64
const markLength = 6

/** Lower case words with one underscore between them, beginning with a letter. */
export function snake(name: string): string {
  const words = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
  return /^[a-z]/.test(words) ? words : `x_${words}`.replace(/_+$/, '')
}

/**
 * Local names by the server's names. Two that would be the same, and one that had to be cut, carry a mark of their own;
 * the one whose name needed no change keeps it.
 */
export function localNames(server: string, tools: readonly string[]): ReadonlyMap<string, string> {
  const prefix = `${cut(snake(server), longestServer, server)}__`
  const room = longest - prefix.length
  const taken = new Set<string>()
  const exactFirst = tools.toSorted((left, right) => Number(left !== snake(left)) - Number(right !== snake(right)) || compare(left, right))
  return new Map(
    exactFirst.map((tool) => {
      const plain = cut(snake(tool), room, tool)
      const name = taken.has(plain) ? marked(snake(tool), room, tool) : plain
      taken.add(name)
      return [tool, `${prefix}${name}`]
    }),
  )
}

const compare = (left: string, right: string): number => (left < right ? -1 : Number(left > right))

const cut = (name: string, most: number, original: string): string => (name.length <= most ? name : marked(name, most, original))

function marked(name: string, most: number, original: string): string {
  const mark = createHash('sha256').update(original).digest('hex').slice(0, markLength)
  const kept = name.slice(0, most - markLength - 1).replace(/_+$/, '')
  return `${kept}_${mark}`
}
