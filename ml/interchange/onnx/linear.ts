/** A linear equation as ONNX: standardised numbers times weights, a table of weights per category, all in double precision. */
import type { Equation } from '../../models/linear/equation.ts'
import type { Graph } from './graph.ts'

/** A float matrix `rows x outputs`; `matrix` has a column per term, categories as codes. */
export function linearScores(graph: Graph, matrix: string, { intercept, terms }: Equation): string {
  const outputs = intercept.length
  const doubles = graph.node('Cast', [matrix], { attributes: { to: { int: 11 } } })
  let sum = graph.constant('double', [1, outputs], [...intercept])
  const add = (part: string): void => {
    sum = graph.node('Add', [sum, part])
  }
  const numbers = terms.flatMap((term, index) => (term.type === 'number' ? [{ term, index }] : []))
  if (numbers.length > 0) {
    const row = (values: readonly number[]): string => graph.constant('double', [1, numbers.length], values)
    const weights = (values: readonly number[]): string => graph.constant('double', [numbers.length, outputs], values)
    const given = graph.node(
      'Gather',
      [
        doubles,
        graph.constant(
          'int64',
          [numbers.length],
          numbers.map(({ index }) => index),
        ),
      ],
      { attributes: { axis: { int: 1 } } },
    )
    const missing = graph.node('IsNaN', [given])
    const means = row(numbers.map(({ term }) => term.mean))
    const filled = graph.node('Where', [missing, means, given])
    const standard = graph.node('Div', [graph.node('Sub', [filled, means]), row(numbers.map(({ term }) => term.scale))])
    add(graph.node('MatMul', [standard, weights(numbers.flatMap(({ term }) => [...term.weight]))]))
    const indicator = graph.node('Cast', [missing], { attributes: { to: { int: 11 } } })
    add(graph.node('MatMul', [indicator, weights(numbers.flatMap(({ term }) => [...term.missing]))]))
  }
  for (const [index, term] of terms.entries()) {
    if (term.type !== 'category') continue
    /** Rows of the table: unknown, missing, then the levels. */
    const table = [...term.other, ...term.missing, ...term.weights]
    const weights = graph.constant('double', [table.length / outputs, outputs], table)
    const code = graph.node('Gather', [doubles, graph.constant('int64', [], [index])], { attributes: { axis: { int: 1 } } })
    const missing = graph.node('IsNaN', [code])
    const place = graph.node('Where', [
      missing,
      graph.constant('double', [1], [1]),
      graph.node('Where', [
        graph.node('Less', [code, graph.constant('double', [1], [0])]),
        graph.constant('double', [1], [0]),
        graph.node('Add', [code, graph.constant('double', [1], [2])]),
      ]),
    ])
    add(graph.node('Gather', [weights, graph.node('Cast', [place], { attributes: { to: { int: 7 } } })]))
  }
  return graph.node('Cast', [sum], { attributes: { to: { int: 1 } } })
}
