/** Explains a stored model off the main thread. */
import { inThread } from '../../platform/thread-job.ts'
import type { Frame } from '../data/frame.ts'
import type { RecordExplanation, RecordQuestion } from './explain-record.ts'
import type { DependenceQuestion, PartialDependence } from './partial-dependence.ts'
import type { PermutationImportance, PermutationQuestion } from './permutation.ts'
import type { ShapImportance, ShapQuestion } from './shap-importance.ts'
import type { SplitFeature } from './split-importance.ts'

/** What can be asked, by name: the question beside its answer. */
export interface Explanations {
  readonly record: {
    readonly question: Omit<RecordQuestion, 'background'> & { readonly background?: Frame; readonly backgroundRows: number }
    readonly answer: RecordExplanation
  }
  readonly shap: {
    /** The rows explained are compared with `background`, which is `frame` itself where it is absent. */
    readonly question: ShapQuestion & { readonly frame: Frame; readonly background?: Frame }
    readonly answer: ShapImportance
  }
  readonly permutation: { readonly question: PermutationQuestion & { readonly frame: Frame }; readonly answer: PermutationImportance }
  readonly splits: { readonly question: Readonly<Record<never, never>>; readonly answer: readonly SplitFeature[] }
  readonly dependence: { readonly question: DependenceQuestion & { readonly frame: Frame }; readonly answer: PartialDependence }
}

export type ExplanationName = keyof Explanations

/** One question as its thread gets it. */
export type Asked = {
  readonly [N in ExplanationName]: { readonly name: N; readonly question: Explanations[N]['question'] }
}[ExplanationName]

export interface ExplainInput {
  /** Of `encodeModel`. */
  readonly bytes: Uint8Array
  readonly asked: Asked
}

export interface ExplainControl {
  readonly signal: AbortSignal
  /** Share of the work that is done, 0 to 1. */
  readonly progress?: (fraction: number) => void
}

/** Throws `invalid_input` when model, question and tables do not fit, `cancelled` within a moment of `signal`. */
export function explain<N extends ExplanationName>(
  input: { readonly bytes: Uint8Array; readonly asked: Extract<Asked, { readonly name: N }> },
  control: ExplainControl,
): Promise<Explanations[N]['answer']> {
  return inThread({ file: new URL('./explain.worker.ts', import.meta.url), data: input, title: 'The explanation', ...control })
}
