/** Which columns a LightGBM model reads: their names, and of categories the texts (or codes) that stand for them. */
import { Fault } from '../../platform/fault.ts'
import type { InputColumn } from '../models/problem.ts'
import type { Tree } from '../models/trees/tree.ts'

export interface LightgbmTree extends Tree {
  /** By node. */
  readonly asksCategory: readonly boolean[]
}

/** More categories than this are an id, not a category. */
const mostCategories = 100_000

/**
 * A column is a category when a node asks for it as one, or when training counted its categories. Its levels are those of the pandas column it was, in the order
 * of their codes; without pandas they are the codes themselves. Throws `invalid_input`.
 */
export function lightgbmColumns(
  head: ReadonlyMap<string, string>,
  trees: readonly LightgbmTree[],
  pandas: string | undefined,
): readonly InputColumn[] {
  const count = Number(head.get('max_feature_idx')) + 1
  const names = (head.get('feature_names') ?? '').split(' ')
  if (!Number.isInteger(count) || count < 1 || names.length !== count)
    throw bad(`max_feature_idx says ${count} features and feature_names names ${names.length}`)
  if (new Set(names).size !== count) throw bad('two of its features have one name')
  const infos = (head.get('feature_infos') ?? '').split(' ')
  const isCategory = categoriesAmong(trees, count)
  const texts = pandasLevels(pandas)
  const asNumber = numbersAmong(trees)
  const wasCategory = infos.map((info, index) => isCategory[index] === true || (/^-?\d+(:-?\d+)*$/.test(info) && !asNumber.has(index)))
  const categories = wasCategory.filter(Boolean).length
  let category = -1
  return names.map((name, index): InputColumn => {
    if (wasCategory[index] === true) category++
    if (isCategory[index] !== true && wasCategory[index] !== true) return { name, type: 'number' }
    const levels = texts.length === categories ? texts[category] : undefined
    return { name, type: 'category', levels: levels ?? codesOf(name, infos[index] ?? '', largestCode(trees, index)) }
  })
}

function bad(why: string): Fault {
  return new Fault('invalid_input', `This file is no LightGBM model that can be served: ${why}. Save it again with Booster.save_model.`)
}

function categoriesAmong(trees: readonly LightgbmTree[], count: number): readonly boolean[] {
  const asked: (boolean | undefined)[] = new Array<undefined>(count).fill(undefined)
  for (const { feature, asksCategory } of trees) {
    for (const [node, column] of feature.entries()) {
      const category = asksCategory[node] === true
      if (!Number.isInteger(column) || column < 0 || column >= count) throw bad(`a node asks for feature ${column} of ${count}`)
      if (asked[column] === !category) throw bad(`feature ${column} is asked for as a number and as a category`)
      asked[column] = category
    }
  }
  return asked.map((each) => each === true)
}

function numbersAmong(trees: readonly LightgbmTree[]): ReadonlySet<number> {
  return new Set(trees.flatMap(({ feature, asksCategory }) => feature.filter((_, node) => asksCategory[node] !== true)))
}

function largestCode(trees: readonly LightgbmTree[], column: number): number {
  let most = 0
  for (const { feature, threshold, sets, asksCategory } of trees)
    for (const [node, asked] of feature.entries()) {
      if (asked !== column || asksCategory[node] !== true) continue
      for (const code of sets[threshold[node] ?? -1] ?? []) most = Math.max(most, code)
    }
  return most
}

function codesOf(name: string, info: string, most: number): string[] {
  /** A loop: more codes than a call takes arguments may stand here. */
  let largest = most
  for (const code of info.split(':').map(Number)) if (Number.isInteger(code)) largest = Math.max(largest, code)
  if (largest >= mostCategories) throw bad(`category '${name}' has code ${largest}; up to ${mostCategories} are read`)
  return Array.from({ length: largest + 1 }, (_, code) => String(code))
}

/** The line pandas_categorical: a list of levels for each categorical column, in order. */
function pandasLevels(line: string | undefined): readonly string[][] {
  try {
    const parsed: unknown = JSON.parse(line ?? 'null')
    if (!Array.isArray(parsed) || !parsed.every(Array.isArray)) return []
    return parsed.map((levels: readonly unknown[]) => levels.map(String))
  } catch {
    return []
  }
}
