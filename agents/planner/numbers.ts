/** Numbers in words: "sixty", "twenty-five", "two hundred", "a dozen". */

const small =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  )
const tens = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ')

/** Words that may make up a number, as a pattern without groups. */
export const numberWords = `(?:${[...small, ...tens, 'hundred', 'thousand', 'dozen'].join('|')})`

/** "twenty-five" -> 25; undefined for what is no number. */
export function numberWord(text: string): number | undefined {
  let total = 0
  let part = 0
  for (const word of text.toLowerCase().split(/[\s-]+(?:and\s+)?/u)) {
    const scale = scales.get(word)
    const value = small.indexOf(word) >= 0 ? small.indexOf(word) : (tens.indexOf(word) + 2) * 10
    if (scale === undefined && value < 20 && !small.includes(word)) return undefined
    if (scale === undefined) part += value
    else if (scale < 1000) part = Math.max(1, part) * scale
    else [total, part] = [total + Math.max(1, part) * scale, 0]
  }
  return total + part
}

const scales: ReadonlyMap<string, number> = new Map([
  ['hundred', 100],
  ['thousand', 1000],
  ['dozen', 12],
])
