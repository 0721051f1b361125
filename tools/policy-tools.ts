/** Whether the names in a policy are names of tools: a rule for a misspelt tool would silently never fit. */
import { allTools } from './catalogue.ts'
import { nameFits, type PolicyRule } from './policy.ts'

/** Patterns that fit no tool of ours; those of foreign servers ("mail__send") cannot be known before they answer. */
export function unknownTools(rules: readonly PolicyRule[]): readonly string[] {
  const patterns = rules.flatMap(({ tools = [] }) => tools)
  return patterns.filter((pattern) => !pattern.includes('__') && !allTools.some(({ name }) => nameFits(pattern, name)))
}
