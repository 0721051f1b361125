/** A fresh training beside the version in service, measured on the same data. */
import type { Blobs } from '../../platform/blobs.ts'
import type { Dataset } from '../data/datasets.ts'
import { loadFrame } from '../data/frame-reader.ts'
import { evaluate } from '../evaluation/evaluate.ts'
import { isBetter, type Metrics } from '../evaluation/metrics.ts'
import { isSupervised } from '../models/problem.ts'
import type { ModelVersion } from '../registry/registry.ts'
import type { Training } from '../training/trainings.ts'

export interface Compared {
  readonly metric: string
  /** Cross-validated on the new data. */
  readonly fresh: Metrics
  /** The live version's, on all rows of the new data; of a model without a target those of its own training. */
  readonly live: Metrics
  readonly better: boolean
}

/** Judges by the metric the training was chosen by. Throws `invalid_input` when the live version cannot read the data. */
export async function compareWithLive(
  live: ModelVersion,
  training: Training,
  { dataset, blobs, signal }: { readonly dataset: Dataset; readonly blobs: Blobs; readonly signal: AbortSignal },
): Promise<Compared> {
  const metrics = isSupervised(live.signature.task) ? await measured(live, { dataset, blobs, signal }) : live.metrics
  const { metric } = training
  const fresh = training.metrics[metric]
  const now = metrics[metric]
  return {
    metric,
    fresh: training.metrics,
    live: metrics,
    better: fresh !== undefined && (now === undefined || isBetter(metric, fresh, now)),
  }
}

async function measured(live: ModelVersion, { dataset, blobs, signal }: Parameters<typeof compareWithLive>[2]): Promise<Metrics> {
  const frame = await loadFrame(dataset, { blobs, signal })
  const { metrics } = await evaluate({ bytes: await blobs.get(live.blob), frame, wish: {} }, signal)
  return metrics
}
