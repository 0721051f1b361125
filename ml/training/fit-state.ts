/** What a fit is in the middle of, as bytes: the algorithm's own state and the learning curve so far. */
import { deserialize, serialize } from 'node:v8'
import { z } from 'zod'
import type { Checkpoint, CurvePoint, FitControl } from '../models/algorithm.ts'

export interface FitState {
  /** Only the algorithm knows its shape. */
  readonly state: unknown
  readonly curve: readonly CurvePoint[]
}

const envelope = z.object({ key: z.string(), state: z.unknown(), curve: z.array(z.record(z.string(), z.number())) })

/** The key makes the bytes this job's alone, so that they can be removed without asking who else has the same. */
export function encodeState(key: string, { state, curve }: FitState): Uint8Array {
  return new Uint8Array(serialize({ key, state, curve }))
}

/** Undefined for bytes of another job, or that cannot be read: then the fit starts anew, and ends the same. */
export function decodeState(key: string, bytes: Uint8Array): FitState | undefined {
  try {
    const found = envelope.parse(deserialize(bytes))
    return found.key === key ? { state: found.state, curve: found.curve.flatMap((point) => pointOf(point)) } : undefined
  } catch {
    return undefined
  }
}

const pointOf = (point: Readonly<Record<string, number>>): readonly CurvePoint[] =>
  point.step === undefined ? [] : [{ ...point, step: point.step }]

export interface ControlParts {
  readonly key: string
  readonly threads: number
  readonly restored?: Uint8Array
  /** Least milliseconds between two checkpoints; absent: none. */
  readonly checkpointMs?: number
  readonly tell: (fraction: number, point?: CurvePoint) => void
  readonly keep: (state: Uint8Array) => void
}

/** Longest share of a fit that may go into writing down how far it is. */
const checkpointShare = 1 / 30

/** What a fit is given to report to, and the learning curve that its reports draw. */
export function controlOf(parts: ControlParts): {
  readonly control: Omit<FitControl, 'seed'>
  readonly curve: () => readonly CurvePoint[]
} {
  const known = parts.restored && decodeState(parts.key, parts.restored)
  const curve: CurvePoint[] = [...(known?.curve ?? [])]
  const progress: FitControl['progress'] = (fraction, point) => {
    if (point !== undefined) addPoint(curve, point)
    parts.tell(fraction, point)
  }
  const checkpoint = parts.checkpointMs === undefined ? undefined : checkpointOf(parts, parts.checkpointMs, { known, curve })
  return { control: { progress, threads: parts.threads, ...(checkpoint && { checkpoint }) }, curve: () => curve }
}

function checkpointOf(
  { key, keep }: ControlParts,
  pauseMs: number,
  { known, curve }: { readonly known: FitState | undefined; readonly curve: readonly CurvePoint[] },
): Checkpoint {
  let next = performance.now() + pauseMs
  return {
    ...(known && { restored: known.state }),
    save: (state) => {
      const began = performance.now()
      if (began < next) return
      keep(encodeState(key, { state: state(), curve }))
      const ended = performance.now()
      next = ended + Math.max(pauseMs, (ended - began) / checkpointShare)
    },
  }
}

/** A fit that goes on tells again of a step it had told of. */
function addPoint(curve: CurvePoint[], point: CurvePoint): void {
  while (curve.length > 0 && (curve.at(-1)?.step ?? 0) >= point.step) curve.pop()
  curve.push(point)
}
