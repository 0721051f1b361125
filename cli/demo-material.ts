/** What the demo makes up from real input: traffic that has shifted, and words to ask about. */

export type Records = readonly Readonly<Record<string, unknown>>[]

/** Every number moves by one and a half standard deviations of its column. */
export function shiftNumbers(records: Records): Records {
  const names = [...new Set(records.flatMap((record) => Object.keys(record)))]
  const shifts = new Map(
    names.flatMap((name) => {
      const values = records.map((record) => record[name]).filter((value) => typeof value === 'number')
      if (values.length < records.length / 2) return []
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length
      const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
      const whole = values.every(Number.isInteger)
      const shift = 1.5 * Math.sqrt(variance)
      return [[name, whole ? Math.ceil(shift) : shift] as const]
    }),
  )
  return records.map((record) =>
    Object.fromEntries(
      Object.entries(record).map(([name, value]) => [name, typeof value === 'number' ? value + (shifts.get(name) ?? 0) : value]),
    ),
  )
}

/** The longest words of the passage's first sentence: what a reader would ask about. */
export function keywords(text: string): readonly string[] {
  const sentence = text.split(/(?<=[.!?])\s/)[0] ?? text
  const words = [...new Set(sentence.match(/\p{L}{4,}/gu) ?? [])]
  return words.sort((left, right) => right.length - left.length).slice(0, 4)
}
