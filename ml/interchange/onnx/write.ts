/** Writes a model as ONNX: raw columns in, labels with probabilities or a number out. */
import type { Model } from '../../models/model.ts'
import { linearOf, treesOf } from '../contents.ts'
import { answers } from './answers.ts'
import { newGraph } from './graph.ts'
import { inputMatrix } from './inputs.ts'
import { linearScores } from './linear.ts'
import { treeScores } from './trees.ts'

/** Undefined for models that are neither trees nor linear. Scores are in float32, so within 1e-6 of ours relative to their size. */
export function writeOnnx(model: Model): Uint8Array | undefined {
  const trees = treesOf(model)
  const linear = linearOf(model)
  if (trees === undefined && linear === undefined) return
  const graph = newGraph(model.target === '' ? model.algorithm : model.target)
  const matrix = inputMatrix(graph, model.columns)
  const classes = model.task === 'regression' ? [] : model.classes
  if (trees)
    answers(graph, treeScores(graph, matrix, { ...trees, start: [...trees.start] }), { link: trees.link, sigmoid: trees.sigmoid, classes })
  else if (linear) answers(graph, linearScores(graph, matrix, linear.equation), { link: linear.link, sigmoid: 1, classes })
  graph.note('algorithm', model.algorithm)
  graph.note('target', model.target)
  graph.note('columns', JSON.stringify(model.columns.map(({ name }) => name)))
  graph.note('classes', JSON.stringify(model.classes))
  return graph.write()
}
