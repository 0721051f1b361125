/** Tables and documents made from a seed, so that a benchmark needs no file and is the same everywhere. */
import { seededRandom } from '../ml/evaluation/seeded-random.ts'

/** CSV of 20 numeric columns and a binary `target` that depends on some of them. */
export function generatedTable(rows: number): string {
  const random = seededRandom(1)
  const names = Array.from({ length: 20 }, (_, column) => `x${column}`)
  const lines = [[...names, 'target'].join(',')]
  for (let row = 0; row < rows; row++) {
    const values = names.map(() => random() * 2 - 1)
    const [a = 0, b = 0, c = 0, d = 0] = values
    const score = a * b * 3 + Math.sin(3 * c) + d + (random() - 0.5)
    lines.push([...values.map((value) => value.toFixed(4)), score > 0 ? 'yes' : 'no'].join(','))
  }
  return `${lines.join('\n')}\n`
}

const words =
  'river mill stone water wheel grain flour market village bridge winter harvest council road lantern garden letter engine valley storm'.split(
    ' ',
  )

/** JSON Lines of documents of about 200 words. */
export function generatedDocuments(count: number): string {
  const random = seededRandom(2)
  const word = (): string => words[Math.floor(random() * words.length)] ?? ''
  const sentence = (): string =>
    `The ${word()} of the ${word()} ${Math.floor(random() * 1000)} met a ${word()} near the ${word()} ${word()}.`
  const document = (_: unknown, index: number): string =>
    JSON.stringify({ _id: `doc-${index}`, title: `Report ${index} on ${word()}`, text: Array.from({ length: 16 }, sentence).join(' ') })
  return `${Array.from({ length: count }, document).join('\n')}\n`
}
