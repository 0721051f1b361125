/** Slots that take numbers: each goes to the slot whose cue words stand nearest, if its unit fits. */
import { before, type Filling, free, open, saidIn, set, unused } from './filling.ts'
import type { Quantity } from './literals.ts'
import type { Slot } from './slots.ts'
import { stem, wordsOf } from './words.ts'

/** stem of a slot's name -> stems of words that announce its number. */
const cues: Readonly<Record<string, readonly string[]>> = stems({
  folds: ['fold', 'folds', 'cv', 'validation', 'cross-validation', 'cross'],
  seed: ['seed', 'state'],
  trials: ['trial', 'trials', 'attempts', 'settings', 'iterations', 'combinations', 'configurations', 'candidates', 'tries'],
  limit: ['last', 'latest', 'top', 'first', 'recent', 'best', 'runs', 'experiments', 'rows', 'entries', 'newest', 'only', 'limit'],
  k: ['top', 'results', 'result', 'hits', 'passages', 'best', 'matches', 'first', 'snippets', 'documents', 'k'],
  top: ['top', 'results', 'hits', 'passages', 'best', 'first'],
  percent: ['percent', 'traffic', 'share', 'requests', 'canary', 'users', 'to', 'at', 'with'],
  threshold: [
    'above',
    'over',
    'exceeds',
    'exceed',
    'threshold',
    'greater',
    'below',
    'under',
    'reaches',
    'passes',
    'beyond',
    'than',
    'crosses',
    'limit',
  ],
  size: ['test', 'hold', 'holdout', 'held', 'split', 'testing', 'size', 'aside', 'reserve'],
  test: ['test', 'hold', 'holdout', 'held', 'split', 'testing', 'size', 'aside', 'reserve'],
  holdout: ['test', 'hold', 'holdout', 'held', 'split', 'testing', 'size', 'aside', 'reserve'],
  fraction: ['test', 'hold', 'holdout', 'held', 'split', 'testing', 'size', 'aside', 'reserve', 'fraction'],
  validation: ['validation'],
})

export function fillNumbers(filling: Filling): void {
  const slots = filling.known.slots.filter((slot) => slot.kind === 'number' && open(filling, slot))
  const pairs = slots
    .flatMap((slot) =>
      unused(filling, filling.clause.quantities).map((quantity) => ({ slot, quantity, closeness: closeness(filling, slot, quantity) })),
    )
    .filter(({ closeness: near }) => near > 0)
    .sort((left, right) => right.closeness - left.closeness)
  for (const { slot, quantity } of pairs) {
    if (open(filling, slot) && free(filling, quantity)) set(filling, slot, fitted(slot, quantity), quantity)
  }
  for (const slot of slots) {
    const left = unused(filling, filling.clause.quantities).filter((quantity) => fits(slot, quantity))
    const [only] = left
    if (slot.required && open(filling, slot) && only && left.length === 1) set(filling, slot, fitted(slot, only), only)
  }
}

/** 0 when the number can't belong to the slot, else larger the nearer a cue stands. */
function closeness(filling: Filling, slot: Slot, quantity: Quantity): number {
  if (!fits(slot, quantity)) return 0
  const wanted = new Set([...slot.nameStems, ...slot.nameStems.flatMap((name) => (Object.hasOwn(cues, name) ? (cues[name] ?? []) : []))])
  const left = wordsOf(before(filling, quantity.start, 60))
    .map((word) => word.stem)
    .reverse()
  const right = wordsOf(filling.clause.text.slice(quantity.end, filling.end))
    .map((word) => word.lower.split('-')[0] ?? '')
    .map(stem)
  const nearest = Math.min(place(left.slice(0, 5), wanted) + 0.1, place(right.slice(0, 3), wanted))
  const unit = (quantity.percent && percentual(slot)) || (quantity.ratio && fractional(slot)) ? 1 : 0
  return (Number.isFinite(nearest) ? 1 / (1 + nearest) : 0) + unit
}

const place = (words: readonly string[], wanted: ReadonlySet<string>): number => {
  const at = words.findIndex((word) => wanted.has(word))
  return at < 0 ? Number.POSITIVE_INFINITY : at
}

const fractional = (slot: Slot): boolean =>
  slot.nameStems.some((name) => fractionNames.has(name)) || (slot.maximum !== undefined && slot.maximum <= 1)
const percentual = (slot: Slot): boolean =>
  slot.nameStems.includes(stem('percent')) || slot.nameStems.includes('share') || slot.nameStems.includes('weight') || fractional(slot)
const fractionNames: ReadonlySet<string> = new Set(['size', 'fraction', 'ratio', 'holdout', 'share', 'proportion'].map(stem))

function fits(slot: Slot, quantity: Quantity): boolean {
  if (quantity.ratio) return fractional(slot) || percentual(slot)
  if (quantity.percent) return percentual(slot) || slot.nameStems.includes(stem('threshold'))
  if (slot.integer && !Number.isInteger(quantity.value) && !percentual(slot)) return false
  return !(fractional(slot) && quantity.value >= 100)
}

function fitted(slot: Slot, { value, percent, ratio }: Quantity): number {
  if (slot.nameStems.includes(stem('percent'))) return ratio || (value < 1 && !percent) ? Math.round(value * 100) : value
  if (fractional(slot) && (percent || value > 1)) return value / 100
  return percent ? value / 100 : value
}

/** Versions: a number said as one, "the latest", "the live one". */
export function fillVersions(filling: Filling): void {
  const slots = filling.known.slots.filter((slot) => slot.kind === 'version' && open(filling, slot))
  const found = unused(filling, filling.clause.versions)
  for (const [at, slot] of slots.entries()) {
    const version = found[at]
    if (version) {
      set(filling, slot, version.value, version)
      if (slots.length === 1) severalVersions(filling, slot, found)
      continue
    }
    const word = spokenVersion(filling)
    if (word !== undefined && at === 0) set(filling, slot, word)
  }
}

/** "v3 and v4", "versions 3, 4": the call once for each. */
function severalVersions(filling: Filling, slot: Slot, [first, ...rest]: readonly Quantity[]): void {
  const others = rest.filter(({ start, value }, at) => {
    const between = filling.clause.text.slice((rest[at - 1] ?? first)?.end, start)
    return value !== first?.value && /^[\s,&]*(?:and|or|,|&|as well as|plus|vs\.?|versus)\s*(?:the\s+|with\s+)?$/iu.test(between)
  })
  if (others.length > 0)
    filling.more.set(
      slot.name,
      others.map((span) => ({ value: span.value, span })),
    )
}

function spokenVersion(filling: Filling): number | undefined {
  const model = filling.known.slots.filter(({ kind }) => kind === 'model').map(({ name }) => filling.values.get(name))[0]
  const known = typeof model === 'string' ? filling.world.models[model] : undefined
  if (!known) return undefined
  const said = saidIn(filling)
  if (
    /\b(?:latest|newest|most recent|last)\s+(?:model\s+)?(?:version|one|release)|\b(?:the|its) (?:latest|newest)\b(?!\s+(?:data|run))/iu.test(
      said,
    )
  )
    return Math.max(...known.versions)
  if (/\b(?:production|live|current|deployed)\s+version|\bversion (?:that is |that's )?(?:in production|live)/iu.test(said))
    return known.production ?? undefined
  return undefined
}

function stems(table: Readonly<Record<string, readonly string[]>>): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(Object.entries(table).map(([name, words]) => [stem(name), words.map(stem)]))
}
