/** What every field component is given: its kind, what is typed so far, and where to tell the next draft. */
import type { Draft, FieldError } from './draft.ts'
import type { Field } from './form-model.ts'

export interface FieldProps<F = Field, D = Draft> {
  readonly field: F
  readonly draft: D
  readonly path: string
  readonly errors: readonly FieldError[]
  readonly onChange: (draft: Draft) => void
}
