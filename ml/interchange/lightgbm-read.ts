/** Reads LightGBM's text: every line that decides an answer is parsed and checked, the rest is passed over. Nothing in it can run. */
import { Fault } from '../../platform/fault.ts'
import type { InputColumn, Task } from '../models/problem.ts'
import { type Ensemble, ensembleSchema, type Link } from '../models/trees/ensemble.ts'
import { packTrees, treeKind } from '../models/trees/trees.ts'
import { type LightgbmTree, lightgbmColumns } from './lightgbm-columns.ts'

export interface LightgbmModel {
  readonly ensemble: Ensemble
  readonly columns: readonly InputColumn[]
  readonly task: Task
  /** How many classes it tells apart; 0 for a number. */
  readonly classes: number
}

/** Throws `invalid_input` saying what in the text is not as LightGBM writes it, or cannot be served here. */
export function readLightgbm(text: string): LightgbmModel {
  const [head = '', ...blocks] = text.replaceAll('\r\n', '\n').split(/^Tree=\d+\n/m)
  const fields = fieldsOf(head)
  if (!/^tree$/m.test(head) || !fields.has('max_feature_idx'))
    throw bad('it does not begin like a LightGBM model (a line "tree", then "version=...")')
  const outputs = wholeIn(fields, 'num_tree_per_iteration', 10_000)
  const objective = objectiveOf(fields.get('objective') ?? 'regression')
  const wanted = objective.link === 'softmax' || objective.link === 'ova' ? objective.classes : 1
  if (outputs !== wanted) throw bad(`it has ${outputs} trees a round where its objective needs ${wanted}`)
  const last = blocks.at(-1) ?? ''
  const drafts = blocks.map((block, index) => treeOf(fieldsOf(block.split(/^end of trees$/m)[0] ?? ''), index))
  const columns = lightgbmColumns(fields, drafts, /^pandas_categorical:(.*)$/m.exec(last)?.[1])
  const trees = guarded(() => packTrees(drafts, 1, columns))
  const parsed = ensembleSchema.safeParse({
    start: new Float64Array(outputs),
    trees,
    average: /^average_output$/m.test(head),
    link: objective.link,
    sigmoid: objective.sigmoid,
  })
  if (!parsed.success) throw bad(`its trees do not hang together (${parsed.error.issues[0]?.message ?? ''})`, parsed.error)
  return { ensemble: parsed.data, columns, task: objective.task, classes: objective.classes }
}

function bad(why: string, cause?: unknown): Fault {
  return new Fault('invalid_input', `This file is no LightGBM model that can be served: ${why}. Save it again with Booster.save_model.`, {
    cause,
  })
}

function guarded<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw error instanceof Fault ? error : bad('its trees do not hang together', error)
  }
}

type Fields = ReadonlyMap<string, string>

function fieldsOf(block: string): Fields {
  return new Map(
    block.split('\n').flatMap((line) => {
      const at = line.indexOf('=')
      return at < 0 ? [] : [[line.slice(0, at), line.slice(at + 1)] as const]
    }),
  )
}

function wholeIn(fields: Fields, name: string, most: number): number {
  const value = Number(fields.get(name))
  if (Number.isInteger(value) && value >= 1 && value <= most) return value
  throw bad(`${name} is '${(fields.get(name) ?? 'absent').slice(0, 40)}', where a whole number from 1 to ${most} is wanted`)
}

interface Objective {
  readonly task: Task
  readonly classes: number
  readonly link: Link
  readonly sigmoid: number
}

const regressions: Readonly<Record<string, Link>> = {
  regression: 'identity',
  regression_l1: 'identity',
  huber: 'identity',
  fair: 'identity',
  quantile: 'identity',
  mape: 'identity',
  poisson: 'exp',
  gamma: 'exp',
  tweedie: 'exp',
  cross_entropy: 'expit',
  cross_entropy_lambda: 'log1p_exp',
  lambdarank: 'identity',
  rank_xendcg: 'identity',
}

function objectiveOf(words: string): Objective {
  const [name = '', ...options] = words.trim().split(' ')
  const option = (key: string, otherwise: number): number => {
    const value = Number(options.find((each) => each.startsWith(`${key}:`))?.slice(key.length + 1) ?? otherwise)
    if (Number.isFinite(value) && value > 0) return value
    throw bad(`its objective '${words.slice(0, 60)}' has a strange ${key}`)
  }
  const sigmoid = option('sigmoid', 1)
  if (name === 'binary') return { task: 'binary', classes: 2, link: 'sigmoid', sigmoid }
  if (name === 'multiclass' || name === 'multiclassova') {
    const classes = option('num_class', 1)
    if (!Number.isInteger(classes) || classes < 2 || classes > 1000) throw bad(`it has ${classes} classes, 2 to 1000 are read`)
    return { task: classes === 2 ? 'binary' : 'multiclass', classes, link: name === 'multiclass' ? 'softmax' : 'ova', sigmoid }
  }
  const link = options.includes('sqrt') ? 'signed_square' : regressions[name]
  if (link === undefined) throw bad(`its objective is '${name.slice(0, 40)}', which is not known here`)
  return { task: 'regression', classes: 0, link, sigmoid }
}

const isCategory = (decision: number): boolean => (decision & 1) === 1

function treeOf(fields: Fields, index: number): LightgbmTree {
  if ((fields.get('is_linear') ?? '0') !== '0') throw bad('it has linear trees, which are not read')
  const leaves = wholeIn(fields, 'num_leaves', 1_000_000)
  const numbers = (name: string, length: number): readonly number[] => listOf(fields, { name, length, tree: index })
  const nodes = leaves - 1
  const decisions = numbers('decision_type', nodes)
  const feature = numbers('split_feature', nodes)
  const inner = (name: string): readonly number[] => (fields.has(name) ? numbers(name, nodes) : new Array<number>(nodes).fill(0))
  const asksCategory = decisions.map(isCategory)
  return {
    asksCategory,
    feature,
    threshold: numbers('threshold', nodes),
    missing: decisions.map(missingOf),
    left: numbers('left_child', nodes),
    right: numbers('right_child', nodes),
    gain: inner('split_gain'),
    cover: inner('internal_count'),
    value: inner('internal_value'),
    leafCover: fields.has('leaf_count') && leaves > 1 ? numbers('leaf_count', leaves) : new Array<number>(leaves).fill(0),
    leafValue: numbers('leaf_value', leaves),
    sets: setsOf(fields, { index, used: asksCategory.includes(true) }),
  }
}

/** As bits of treeKind. */
function missingOf(decision: number): number {
  if (isCategory(decision)) return 0
  const left = (decision & 2) === 0 ? 0 : treeKind.missingLeft
  const counted = (decision >> 2) & 3
  return counted === 0 ? treeKind.nanIsZero : counted === 1 ? left | treeKind.zeroIsMissing : left
}

function listOf(
  fields: Fields,
  { name, length, tree }: { readonly name: string; readonly length: number; readonly tree: number },
): readonly number[] {
  const text = fields.get(name) ?? ''
  const list = text === '' ? [] : text.split(' ').map(Number)
  if (list.length === length && list.every(Number.isFinite)) return list
  throw bad(`tree ${tree} has ${list.length} ${name} where ${length} finite numbers are wanted`)
}

/** Bit sets of categories as lists of codes. */
function setsOf(fields: Fields, { index, used }: { readonly index: number; readonly used: boolean }): readonly (readonly number[])[] {
  if (!used) return []
  const sets = wholeIn(fields, 'num_cat', 1_000_000)
  const starts = listOf(fields, { name: 'cat_boundaries', length: sets + 1, tree: index })
  const words = (fields.get('cat_threshold') ?? '').split(' ').map(Number)
  if (starts[0] !== 0 || starts.at(-1) !== words.length || starts.some((start, i) => start < (starts[i - 1] ?? 0)))
    throw bad(`tree ${index} has sets of categories that do not fit`)
  return starts.slice(0, -1).map((start, set) => {
    const codes: number[] = []
    for (const [at, word] of words.slice(start, starts[set + 1]).entries())
      for (let bit = 0; bit < 32; bit++) if (((word >>> bit) & 1) === 1) codes.push(32 * at + bit)
    return codes
  })
}
