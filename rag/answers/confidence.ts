/** How far to trust that the passages hold the answer: a logistic fit over what tells answerable questions from others. */
import type { Asked } from './asked.ts'
import type { Sentence, WeighedPassage } from './sentences.ts'

/** Each from 0 to 1. */
export interface Evidence {
  /** Share of the question that the passage of the best sentence says, and that the sentence says. */
  readonly passage: number
  readonly sentence: number
  /** Share of the question's names and numbers that the passage says. */
  readonly names: number
  /** Share of the question's neighbouring words that stand near each other in it. */
  readonly together: number
  /** How far the best document leads the next one, as a share of its score. */
  readonly lead: number
  /** How much more of the question the passage says than that of any other document; can be below 0. */
  readonly ahead: number
  /** 1 where the sentence holds a number, date or name that is asked for. */
  readonly fits: number
  /** 1 where no such thing is asked for. */
  readonly open: number
}

/** Below this the answer abstains. */
export const weakBelow = 0.5

const bias = -6.83
const weights: Readonly<Record<keyof Evidence, number>> = {
  passage: 3.38,
  sentence: 3.85,
  names: 1.07,
  together: 1.65,
  lead: 2.28,
  ahead: 0.86,
  fits: 1.38,
  open: 1.72,
}

/** 0 to 1, from the evidence. */
export function confidenceOf(evidence: Evidence): number {
  const { passage, sentence, names, together, lead, ahead, fits, open } = evidence
  const sum =
    bias +
    weights.passage * passage +
    weights.sentence * sentence +
    weights.names * names +
    weights.together * together +
    weights.lead * lead +
    weights.ahead * ahead +
    weights.fits * fits +
    weights.open * open
  return 1 / (1 + Math.exp(-sum))
}

/** `passages` are in rank order. */
export function evidenceOf(best: Sentence, passages: readonly WeighedPassage[], asked: Pick<Asked, 'kind'>): Evidence {
  const [first] = passages
  const { passage } = best
  const rival = passages.find((other) => first !== undefined && !sameDocument(other, first))
  const lead = first && rival && first.hit.score > 0 ? (first.hit.score - rival.hit.score) / first.hit.score : 1
  const others = passages.filter((other) => !sameDocument(other, passage)).map(({ coverage }) => coverage)
  return {
    passage: passage.coverage,
    sentence: best.coverage,
    names: passage.names,
    together: passage.together,
    lead,
    ahead: passage.coverage - Math.max(0, ...others),
    fits: best.fitsKind ? 1 : 0,
    open: asked.kind === 'open' ? 1 : 0,
  }
}

const sameDocument = ({ hit: left }: WeighedPassage, { hit: right }: WeighedPassage): boolean =>
  left.document === right.document && left.collection === right.collection
