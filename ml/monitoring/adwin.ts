/**
 * ADWIN2 (Bifet and Gavaldà 2007): a window over a stream that drops its old part when two parts differ in mean.
 * Buckets of exponentially growing size keep it at O(log n) memory.
 */

export interface Adwin {
  /** Takes a value in [0, 1]; true when the mean has changed and old values were dropped. */
  add(value: number): boolean
  readonly mean: number
  readonly width: number
}

interface Bucket {
  readonly size: number
  readonly total: number
  /** Sum of squared distances from the bucket's mean. */
  readonly spread: number
}

const bucketsPerSize = 5

/** `delta` is the chance of a false cut; a cut is looked for every `every` values once there are `grace` of them. */
export function createAdwin({ delta = 0.002, every = 32, grace = 10 }: { delta?: number; every?: number; grace?: number } = {}): Adwin {
  // rows[k] holds buckets of 2^k values, newest last.
  let rows: Bucket[][] = [[]]
  let all: Bucket = { size: 0, total: 0, spread: 0 }
  let seen = 0

  const compress = (): void => {
    for (let k = 0; k < rows.length; k++) {
      const row = rows[k]
      if (!row || row.length <= bucketsPerSize) return
      const [oldest, next] = row.splice(0, 2)
      if (!oldest || !next) return
      const above = rows[k + 1] ?? []
      rows[k + 1] = above
      above.push(merge(oldest, next))
    }
  }
  const dropOldest = (): void => {
    const last = rows.findLast((row) => row.length > 0)
    last?.shift()
    rows = rows.slice(0, Math.max(1, rows.findLastIndex((row) => row.length > 0) + 1))
    all = rows.flat().reduce(merge, { size: 0, total: 0, spread: 0 })
  }
  return {
    add: (value) => {
      const single = { size: 1, total: value, spread: 0 }
      rows[0]?.push(single)
      all = merge(all, single)
      compress()
      seen++
      if (seen % every !== 0 || all.size < grace) return false
      let changed = false
      while (shouldCut(rows, all, delta)) {
        changed = true
        dropOldest()
      }
      return changed
    },
    get mean() {
      return all.size > 0 ? all.total / all.size : 0
    },
    get width() {
      return all.size
    },
  }
}

function merge(left: Bucket, right: Bucket): Bucket {
  const size = left.size + right.size
  if (left.size === 0 || right.size === 0) return { size, total: left.total + right.total, spread: left.spread + right.spread }
  const gap = left.total / left.size - right.total / right.size
  return { size, total: left.total + right.total, spread: left.spread + right.spread + (gap * gap * left.size * right.size) / size }
}

/** Whether some split into an older and a newer part has means further apart than chance allows (the paper's eps_cut). */
function shouldCut(rows: readonly (readonly Bucket[])[], all: Bucket, delta: number): boolean {
  const shortest = 5
  let older: Bucket = { size: 0, total: 0, spread: 0 }
  const variance = all.spread / all.size
  const confidence = Math.log((2 * Math.log(all.size)) / delta)
  for (let k = rows.length - 1; k >= 0; k--) {
    for (const bucket of rows[k] ?? []) {
      older = merge(older, bucket)
      const newer = all.size - older.size
      if (newer < shortest) return false
      if (older.size < shortest) continue
      const inverse = 1 / (older.size - shortest + 1) + 1 / (newer - shortest + 1)
      const cut = Math.sqrt(2 * inverse * variance * confidence) + (2 / 3) * inverse * confidence
      if (Math.abs(older.total / older.size - (all.total - older.total) / newer) > cut) return true
    }
  }
  return false
}
