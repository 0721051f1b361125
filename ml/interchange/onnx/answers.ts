/** From raw scores to what an exported model answers: `label` and `probabilities`, or `prediction`. */
import type { Link } from '../../models/trees/ensemble.ts'
import type { Graph } from './graph.ts'

export interface AnswerOptions {
  readonly link: Link
  readonly sigmoid: number
  /** Empty for a number. */
  readonly classes: readonly (string | number)[]
}

/** `raw` is a float matrix `rows x outputs`. */
export function answers(graph: Graph, raw: string, { link, sigmoid, classes }: AnswerOptions): void {
  const scaled = sigmoid === 1 ? raw : graph.node('Mul', [raw, graph.constant('float', [1], [sigmoid])])
  if (classes.length === 0) {
    graph.output(number(graph, raw, { link, scaled }), { name: 'prediction', type: 'float', shape: ['rows', 1] })
    return
  }
  const probabilities = shares(graph, raw, { link, scaled })
  const best = graph.node('ArgMax', [probabilities], { attributes: { axis: { int: 1 }, keepdims: { int: 0 } } })
  const whole = classes.every(Number.isSafeInteger)
  const type = whole ? 'int64' : 'string'
  const names = graph.constant(type, [classes.length], whole ? classes.map(Number) : classes.map(String))
  graph.output(graph.node('Gather', [names, best]), { name: 'label', type, shape: ['rows'] })
  graph.output(probabilities, { name: 'probabilities', type: 'float', shape: ['rows', classes.length] })
}

interface Linked {
  readonly link: Link
  readonly scaled: string
}

function shares(graph: Graph, raw: string, { link, scaled }: Linked): string {
  if (link === 'identity') return raw
  if (link === 'softmax') return graph.node('Softmax', [raw], { attributes: { axis: { int: 1 } } })
  const each = graph.node('Sigmoid', [scaled])
  if (link === 'sigmoid') {
    const other = graph.node('Sub', [graph.constant('float', [1], [1]), each])
    return graph.node('Concat', [other, each], { attributes: { axis: { int: 1 } } })
  }
  const sum = graph.node('ReduceSum', [each, graph.constant('int64', [1], [1])], { attributes: { keepdims: { int: 1 } } })
  return graph.node('Div', [each, sum])
}

function number(graph: Graph, raw: string, { link, scaled }: Linked): string {
  if (link === 'exp') return graph.node('Exp', [raw])
  if (link === 'expit') return graph.node('Sigmoid', [scaled])
  if (link === 'log1p_exp') return graph.node('Softplus', [raw])
  if (link === 'signed_square') return graph.node('Mul', [raw, graph.node('Abs', [raw])])
  return raw
}
