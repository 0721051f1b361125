/** One algorithm on one table's folds. `auto` chooses anew on the training rows of each fold, so that its choice is judged too. */
import type { Column, Frame } from '../ml/data/frame.ts'
import { evaluate } from '../ml/evaluation/evaluate.ts'
import type { Metrics } from '../ml/evaluation/metrics.ts'
import { meanOf } from '../ml/training/candidates.ts'
import { train } from '../ml/training/train.ts'

export interface FoldedTable {
  readonly frame: Frame
  /** Absent: the engine makes folds of its own. */
  readonly foldColumn?: string
  readonly table: { readonly target: string; readonly task: 'binary' | 'multiclass' | 'regression' }
  readonly signal: AbortSignal
}

/** Means over the folds, and the seconds that each fold's fit took. */
export interface FoldsOutcome {
  readonly metrics: Metrics
  readonly seconds: readonly number[]
}

export async function outcomeOf(algorithm: string, folded: FoldedTable): Promise<FoldsOutcome> {
  const { frame, foldColumn, table, signal } = folded
  if (algorithm === 'auto' && foldColumn !== undefined) return autoOutcome(folded, foldColumn)
  const spec = { ...wish(folded), algorithm, ...(foldColumn !== undefined && { foldColumn }) }
  const { metrics, folds } = await train(frame, { ...spec, target: table.target }, { signal })
  return { metrics, seconds: folds.map(({ seconds }) => seconds) }
}

const wish = ({ table }: FoldedTable) => ({ task: table.task === 'regression' ? 'regression' : 'classification' }) as const

/** Seconds that auto may take on a fold. */
const budget = 110

async function autoOutcome(folded: FoldedTable, foldColumn: string): Promise<FoldsOutcome> {
  const { frame, table, signal } = folded
  const labels = frame.columns.find(({ name }) => name === foldColumn)
  const inputs = { rows: frame.rows, columns: frame.columns.filter(({ name }) => name !== foldColumn) }
  const foldOf = labels?.type === 'number' ? labels.values : new Float64Array(frame.rows)
  const done: { readonly metrics: Metrics; readonly seconds: number }[] = []
  for (const fold of [...new Set(foldOf)].sort((a, b) => a - b)) {
    const learned = rowsOf(inputs, (row) => foldOf[row] !== fold)
    const { bytes, seconds } = await train(
      learned,
      { ...wish(folded), target: table.target, algorithm: 'auto', timeBudget: budget },
      { signal },
    )
    const { metrics } = await evaluate({ bytes, frame: rowsOf(inputs, (row) => foldOf[row] === fold), wish: {} }, signal)
    done.push({ metrics, seconds })
  }
  return { metrics: meanOf(done.map(({ metrics }) => metrics)), seconds: done.map(({ seconds }) => seconds) }
}

function rowsOf({ columns }: Frame, keeps: (row: number) => boolean): Frame {
  const kept = (column: Column): Column =>
    column.type === 'number'
      ? { ...column, values: column.values.filter((_, row) => keeps(row)) }
      : { ...column, codes: column.codes.filter((_, row) => keeps(row)) }
  const all = columns.map(kept)
  const [first] = all
  return { rows: first === undefined ? 0 : first.type === 'number' ? first.values.length : first.codes.length, columns: all }
}
