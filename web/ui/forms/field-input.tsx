/** Draws one field and hands back its new draft. Nested kinds draw their fields with the same component. */
import { type JSX, type ReactNode, useId } from 'react'
import { Icon } from '../frame/icon.tsx'
import { type Draft, draftOf, type FieldError } from './draft.ts'
import type { FieldProps } from './field-props.ts'
import { type Field, isFixed, variantName } from './form-model.ts'
import { ListInput, PairsInput } from './list-input.tsx'
import { TextInput } from './text-input.tsx'

interface Usual {
  /** Optional fields of the whole form that are shown like needed ones. */
  readonly usual?: readonly string[]
}

export function FieldInput({ field, draft, path, errors, onChange, usual = [] }: FieldProps & Usual): JSX.Element | null {
  const shared = { path, errors, onChange }
  if (field.kind === 'group' && draft.kind === 'group') return <Group field={field} draft={draft} usual={usual} {...shared} />
  if (field.kind === 'list' && draft.kind === 'list')
    return (
      <Frame field={field} path={path} errors={errors}>
        <ListInput field={field} draft={draft} {...shared} item={FieldInput} />
      </Frame>
    )
  if (field.kind === 'pairs' && draft.kind === 'pairs')
    return (
      <Frame field={field} path={path} errors={errors}>
        <PairsInput field={field} draft={draft} {...shared} />
      </Frame>
    )
  if (field.kind === 'choice' && draft.kind === 'choice') return <Choice field={field} draft={draft} {...shared} />
  return draft.kind === 'text' ? <Line field={field} draft={draft} {...shared} /> : null
}

type Of<K extends Field['kind']> = Extract<Field, { kind: K }>
type DraftOf<K extends Draft['kind']> = Extract<Draft, { kind: K }>

function Group({ field, draft, path, errors, onChange, usual = [] }: FieldProps<Of<'group'>, DraftOf<'group'>> & Usual): JSX.Element {
  const inner = (one: Field): JSX.Element => (
    <FieldInput
      key={one.key}
      field={one}
      draft={draft.fields[one.key] ?? draftOf(one, undefined)}
      path={path === '' ? one.key : `${path}.${one.key}`}
      errors={errors}
      onChange={(next) => onChange({ ...draft, fields: { ...draft.fields, [one.key]: next } })}
    />
  )
  const shown = field.fields.filter((one) => !isFixed(one))
  if (path !== '')
    return (
      <Frame field={field} path={path} errors={errors}>
        <div className="field-group">{shown.map(inner)}</div>
      </Frame>
    )
  const isNeeded = (one: (typeof shown)[number]): boolean => one.required || usual.includes(one.key)
  const needed = shown.filter(isNeeded)
  const optional = shown.filter((one) => !isNeeded(one))
  const open = needed.length === 0 || errors.some((error) => optional.some((one) => error.path.startsWith(one.key)))
  const filled = optional.some((one) => isFilled(draft.fields[one.key]))
  return (
    <>
      {needed.map(inner)}
      {field.fields.length === 0 && <p className="muted">This tool needs no input.</p>}
      {optional.length > 0 && optional.length <= 2 && optional.map(inner)}
      {optional.length > 2 && (
        <details className="more" open={open || filled}>
          <summary>
            <Icon name="down" size={14} />
            {needed.length === 0 ? 'Options' : `More options (${optional.length})`}
          </summary>
          <div className="form">{optional.map(inner)}</div>
        </details>
      )}
    </>
  )
}

function isFilled(draft: Draft | undefined): boolean {
  if (draft === undefined) return false
  if (draft.kind === 'text') return draft.text !== ''
  if (draft.kind === 'list') return draft.items.length > 0
  return draft.kind === 'pairs' && draft.pairs.length > 0
}

function Choice({ field, draft, path, errors, onChange }: FieldProps<Of<'choice'>, DraftOf<'choice'>>): JSX.Element {
  const variant = field.variants[draft.variant]
  const inner = draft.drafts[draft.variant]
  const choose = (index: number): void => onChange({ ...draft, variant: index })
  return (
    <Frame field={field} path={path} errors={[]}>
      <div className="choice">
        <Variants names={field.variants.map(variantName)} chosen={draft.variant} label={field.label || 'Kind'} onChoose={choose} />
        {variant !== undefined && inner !== undefined && (
          <FieldInput
            field={{ ...variant, key: field.key, label: '', description: undefined }}
            draft={inner}
            path={path}
            errors={errors}
            onChange={(next) => onChange({ ...draft, drafts: draft.drafts.with(draft.variant, next) })}
          />
        )}
      </div>
    </Frame>
  )
}

interface VariantsProps {
  readonly names: readonly string[]
  readonly chosen: number
  readonly label: string
  readonly onChoose: (index: number) => void
}

/** A few variants side by side, many as a list. */
function Variants({ names, chosen, label, onChoose }: VariantsProps): JSX.Element {
  const name = useId()
  if (names.length > 4)
    return (
      <select className="input" aria-label={label} value={chosen} onChange={(event) => onChoose(Number(event.target.value))}>
        {names.map((words, index) => (
          <option key={words} value={index}>
            {words}
          </option>
        ))}
      </select>
    )
  return (
    <div className="segments">
      {names.map((words, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: variants are fixed, and two may have the same name.
        <label key={index} className="segment">
          <input type="radio" name={name} checked={chosen === index} onChange={() => onChoose(index)} />
          {words}
        </label>
      ))}
    </div>
  )
}

function Line({ field, draft, path, errors, onChange }: FieldProps<Field, DraftOf<'text'>>): JSX.Element {
  const id = useId()
  const own = errors.filter((error) => error.path === path)
  const described = `${id}-help`
  const input = (
    <TextInput
      id={id}
      field={field}
      text={draft.text}
      invalid={own.length > 0}
      describedBy={described}
      path={path}
      onChange={(text) => onChange({ kind: 'text', text })}
    />
  )
  if (field.label === '') return input
  return (
    <div className="field">
      <label className="field-label" htmlFor={id}>
        {field.label}
        {!field.required && <span className="muted"> optional</span>}
      </label>
      {input}
      <Help id={described} field={field} errors={own} />
    </div>
  )
}

function Frame({
  field,
  path,
  errors,
  children,
}: Pick<FieldProps, 'field' | 'path' | 'errors'> & { readonly children: ReactNode }): JSX.Element {
  const own = errors.filter((error) => error.path === path)
  if (field.label === '') return <>{children}</>
  return (
    <fieldset className="field" data-path={path}>
      <legend className="field-label">
        {field.label}
        {!field.required && <span className="muted"> optional</span>}
      </legend>
      {children}
      <Help id={`${path}-help`} field={field} errors={own} />
    </fieldset>
  )
}

function Help({ id, field, errors }: { readonly id: string; readonly field: Field; readonly errors: readonly FieldError[] }): JSX.Element {
  return (
    <div id={id}>
      {errors.map(({ message }) => (
        <p key={message} className="field-error">
          {message}
        </p>
      ))}
      {field.description !== undefined && <p className="field-help">{field.description}</p>}
    </div>
  )
}
