/**
 * Reweighing (Kamiran & Calders 2012): rows of a group whose answer is rarer there than everywhere count more, the others
 * less, until group and answer are independent. A model that honours weights then has less of the imbalance to learn.
 */

export interface CellWeight {
  readonly group: number
  readonly answer: number
  readonly rows: number
  /** Share of the group x share of the answer / share of both together. */
  readonly weight: number
}

/** One cell for each combination that occurs, by group and answer. `weights` is how much rows count already. */
export function reweighingCells(groups: Int32Array, answers: ArrayLike<number>, weights?: Float64Array): readonly CellWeight[] {
  const cells = new Map<string, { group: number; answer: number; rows: number; mass: number }>()
  const ofGroup = new Map<number, number>()
  const ofAnswer = new Map<number, number>()
  let total = 0
  for (let row = 0; row < groups.length; row++) {
    const [group, answer, mass] = [groups[row] ?? 0, answers[row] ?? 0, weights?.[row] ?? 1]
    const cell = cells.get(`${group},${answer}`) ?? { group, answer, rows: 0, mass: 0 }
    cell.rows++
    cell.mass += mass
    cells.set(`${group},${answer}`, cell)
    ofGroup.set(group, (ofGroup.get(group) ?? 0) + mass)
    ofAnswer.set(answer, (ofAnswer.get(answer) ?? 0) + mass)
    total += mass
  }
  return [...cells.values()]
    .sort((a, b) => a.group - b.group || a.answer - b.answer)
    .map(({ mass, ...cell }) => ({ ...cell, weight: ((ofGroup.get(cell.group) ?? 0) * (ofAnswer.get(cell.answer) ?? 0)) / (total * mass) }))
}

/** A weight for every row, that of its cell times what it counted before. The sum of all stays the same. */
export function reweighing(groups: Int32Array, answers: ArrayLike<number>, weights?: Float64Array): Float64Array {
  const of = new Map(reweighingCells(groups, answers, weights).map(({ group, answer, weight }) => [`${group},${answer}`, weight]))
  return Float64Array.from(groups, (group, row) => (weights?.[row] ?? 1) * (of.get(`${group},${answers[row] ?? 0}`) ?? 1))
}
