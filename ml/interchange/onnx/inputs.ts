/**
 * What an exported model is given. All numbers: one matrix `X`, a column per input. With categories: one input per column,
 * `[rows, 1]`, text for categories, where '' stands for a missing one.
 */
import type { InputColumn } from '../../models/problem.ts'
import type { Graph } from './graph.ts'

/** A matrix of numbers, `rows x columns`: categories as codes, -1 for unknown ones; missing is NaN. */
export function inputMatrix(graph: Graph, columns: readonly InputColumn[]): string {
  if (columns.every(({ type }) => type === 'number')) return graph.input({ name: 'X', type: 'float', shape: ['rows', columns.length] })
  const parts = columns.map((column) =>
    column.type === 'number'
      ? graph.input({ name: column.name, type: 'float', shape: ['rows', 1] })
      : codes(graph, graph.input({ name: column.name, type: 'string', shape: ['rows', 1] }), column.levels),
  )
  return parts.length === 1 ? (parts[0] ?? '') : graph.node('Concat', parts, { attributes: { axis: { int: 1 } } })
}

function codes(graph: Graph, input: string, levels: readonly string[]): string {
  const [keys, values] = [[...levels], levels.map((_, code) => code)]
  if (!levels.includes('')) {
    keys.push('')
    values.push(Number.NaN)
  }
  const attributes = { keys_strings: { strings: keys }, values_floats: { floats: values }, default_float: { float: -1 } }
  return graph.node('LabelEncoder', [input], { ml: true, attributes })
}
