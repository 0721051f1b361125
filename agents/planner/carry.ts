/** What one step hands to the next: the run that a training made, the version that a registration made, the names in use. */
import type { Carry, Draft } from './draft.ts'
import type { Reading } from './reading.ts'
import { saysWord } from './retrieve.ts'
import type { Slot } from './slots.ts'

/** First what earlier steps produce or speak of, then what the conversation knows. */
export function carryFrom(earlier: readonly Draft[], recall: Carry): Carry {
  return (slot, known, clause, values) => {
    const produced = earlier.length > 0 ? fromSteps(slot, earlier, clause) : undefined
    return produced ?? recall(slot, known, clause, values)
  }
}

function fromSteps(slot: Slot, earlier: readonly Draft[], clause: Reading): unknown {
  if (slot.kind === 'run') return runs(slot, earlier, clause)
  if (slot.kind === 'version') return version(slot, earlier)
  if (slot.kind === 'model') return nameGiven(earlier, 'register') ?? latest(earlier, 'model')
  if (slot.kind === 'dataset') return slot.required || saysIt(clause) ? dataset(earlier) : undefined
  if (slot.kind === 'collection' && saysIt(clause)) return latest(earlier, slot.kind)
  if (!slot.required) return undefined
  if (slot.kind === 'collection' || slot.kind === 'pipeline' || slot.kind === 'suite' || slot.kind === 'column')
    return latest(earlier, slot.kind)
  if (slot.kind === 'artifact') return latest(earlier, 'model') ?? latest(earlier, 'dataset')
  return undefined
}

const saysIt = (clause: Reading): boolean => saysWord(clause, 'it', 'its', 'that', 'this', 'them')

/** Deeds that leave a run behind. */
const makesRun = ({ known: { head } }: Draft): boolean => ['train', 'tune', 'retrain'].some((idea) => head.has(idea)) && !head.has('list')

function runs(slot: Slot, earlier: readonly Draft[], clause: Reading): unknown {
  const makers = earlier.filter(makesRun).length
  const said = latest(earlier, 'run')
  if (makers === 0) return slot.many ? (Array.isArray(said) ? said : undefined) : Array.isArray(said) ? '$best' : said
  if (slot.many) return ['$runs']
  return makers > 1 || saysWord(clause, 'best', 'better', 'winner') ? '$best' : '$prev.run'
}

function version(slot: Slot, earlier: readonly Draft[]): unknown {
  const maker = earlier.findLast(
    ({ known: { head, slots } }) => (head.has('register') || head.has('retrain')) && slots.every(({ kind }) => kind !== 'version'),
  )
  const said = latest(earlier, 'version')
  if (maker && (said === undefined || slot.required)) return '$prev.version'
  return slot.required ? said : undefined
}

/** A name that a step gave to what it made. */
function nameGiven(earlier: readonly Draft[], deed: string): unknown {
  const draft = earlier.findLast((one) => one.known.head.has(deed))
  const slot = draft?.known.slots.find(({ kind }) => kind === 'new name')
  return slot && draft?.arguments[slot.name]
}

function dataset(earlier: readonly Draft[]): unknown {
  const made = earlier.findLast(({ known: { head } }) => head.has('import') || head.has('batch'))
  const said = latest(earlier, 'dataset')
  if (made && made === earlier.at(-1)) {
    const slot = made.known.slots.find(({ kind }) => kind === 'new name')
    return (slot && made.arguments[slot.name]) ?? (made.known.head.has('import') ? '$prev.name' : said)
  }
  return said ?? nameGiven(earlier, 'import')
}

/** The value of the last slot of this kind; the first such slot of a call, so that a reference is not the data. */
export function latest(earlier: readonly Draft[], kind: Slot['kind']): unknown {
  for (const draft of earlier.toReversed()) {
    const slot = draft.known.slots.find((one) => one.kind === kind && draft.arguments[one.name] !== undefined)
    if (slot) return draft.arguments[slot.name]
  }
  return undefined
}
