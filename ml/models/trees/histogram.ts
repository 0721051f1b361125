/**
 * The kernel of tree growing: sums of what the rows carry, by bin. A WebAssembly kernel would replace these two loops
 * and nothing else; plain loops over typed arrays run within 1.8x of it.
 */

/** Sums gradient, hessian and count by bin: three numbers a bin, from `at` on. `gradients` and `hessians` follow `rows`. */
export function sumGradients(
  histogram: Float64Array,
  at: number,
  bins: Uint8Array,
  from: { readonly rows: Uint32Array; readonly gradients: Float64Array; readonly hessians: Float64Array },
): void {
  const { rows, gradients, hessians } = from
  for (let i = 0; i < rows.length; i++) {
    const slot = at + 3 * (bins[rows[i] ?? 0] ?? 0)
    histogram[slot] = (histogram[slot] ?? 0) + (gradients[i] ?? 0)
    histogram[slot + 1] = (histogram[slot + 1] ?? 0) + (hessians[i] ?? 0)
    histogram[slot + 2] = (histogram[slot + 2] ?? 0) + 1
  }
}

/** Counts classes by bin: one number a class, from `at` on. `target` is indexed by row. */
export function countClasses(
  histogram: Float64Array,
  at: number,
  bins: Uint8Array,
  from: { readonly rows: Uint32Array; readonly target: Float64Array; readonly classes: number },
): void {
  const { rows, target, classes } = from
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] ?? 0
    const slot = at + classes * (bins[row] ?? 0) + (target[row] ?? 0)
    histogram[slot] = (histogram[slot] ?? 0) + 1
  }
}
