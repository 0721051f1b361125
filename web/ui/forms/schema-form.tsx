/** A form made from a JSON Schema. It checks what the schema says, and shows what the server says beside the same fields. */
import { type JSX, type SubmitEvent, useMemo, useRef, useState } from 'react'
import { type Draft, draftOf, type FieldError, readDraft } from './draft.ts'
import { FieldInput } from './field-input.tsx'
import { formOf } from './form-model.ts'

interface Props {
  readonly schema: unknown
  /** Values to begin with. */
  readonly known?: unknown
  /** Optional fields that people usually fill in: shown like the needed ones. */
  readonly usual?: readonly string[]
  readonly action: string
  readonly busy?: boolean
  /** From the server, for the input sent last. */
  readonly errors?: readonly FieldError[]
  readonly onSubmit: (input: unknown) => void
}

export function SchemaForm({ schema, known, usual = [], action, busy = false, errors = [], onSubmit }: Props): JSX.Element {
  const form = useMemo(() => formOf(schema), [schema])
  const [draft, setDraft] = useState<Draft>(() => draftOf(form, known))
  const [found, setFound] = useState<readonly FieldError[]>([])
  const element = useRef<HTMLFormElement>(null)
  const shown = found.length > 0 ? found : errors

  const submit = (event: SubmitEvent): void => {
    event.preventDefault()
    const reading = readDraft(form, draft)
    setFound(reading.errors)
    if (reading.errors.length === 0) onSubmit(reading.value ?? {})
    else requestAnimationFrame(() => element.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus())
  }
  return (
    <form ref={element} className="form" onSubmit={submit} noValidate={true}>
      <FieldInput field={form} usual={usual} draft={draft} path="" errors={shown} onChange={setDraft} />
      <Unplaced errors={found} known={new Set(element.current === null ? [] : placesOf(element.current))} />
      <div className="actions">
        <button type="submit" className="button primary" disabled={busy}>
          {busy && <span className="spinner" />}
          {action}
        </button>
      </div>
    </form>
  )
}

/** Errors that belong to no field on the page (an unknown field, the input as a whole). */
function Unplaced({ errors, known }: { readonly errors: readonly FieldError[]; readonly known: ReadonlySet<string> }): JSX.Element | null {
  const rest = errors.filter(({ path }) => path === '' || !known.has(path))
  if (rest.length === 0) return null
  return (
    <ul className="field-error" role="alert">
      {rest.map(({ path, message }) => (
        <li key={`${path} ${message}`}>{path === '' ? message : `${path}: ${message}`}</li>
      ))}
    </ul>
  )
}

function placesOf(form: HTMLFormElement): readonly string[] {
  return [...form.querySelectorAll<HTMLElement>('[data-path]')].map((element) => element.dataset.path ?? '')
}
