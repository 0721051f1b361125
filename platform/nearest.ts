/** The known names closest to a misspelt one, for error sentences. */

/** At most `limit` names within a third of the word's length in edits, or that contain it; nearest first. */
export function nearest(word: string, names: readonly string[], limit = 3): readonly string[] {
  const wanted = word.toLowerCase()
  return names
    .map((name) => ({ name, distance: name.toLowerCase().includes(wanted) ? 0.5 : editDistance(wanted, name.toLowerCase()) }))
    .filter(({ distance }) => distance <= Math.max(2, wanted.length / 3))
    .sort((left, right) => left.distance - right.distance || left.name.localeCompare(right.name))
    .slice(0, limit)
    .map(({ name }) => name)
}

/** Levenshtein 1966, two rows. */
function editDistance(left: string, right: string): number {
  let previous = Array.from({ length: right.length + 1 }, (_, column) => column)
  for (let row = 1; row <= left.length; row++) {
    const current = [row]
    for (let column = 1; column <= right.length; column++) {
      const substitution = (previous[column - 1] ?? 0) + (left[row - 1] === right[column - 1] ? 0 : 1)
      current.push(Math.min(substitution, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1))
    }
    previous = current
  }
  return previous[right.length] ?? 0
}
