/** The plain inputs: a line or block of text, a number, a yes or no, one of a list, free JSON. */
import type { JSX } from 'react'
import type { Field } from './form-model.ts'
import { useSuggestions } from './suggestions.ts'

interface Props {
  readonly id: string
  readonly field: Field
  readonly text: string
  readonly path: string
  readonly invalid: boolean
  readonly describedBy: string
  readonly onChange: (text: string) => void
}

export function TextInput(props: Props): JSX.Element {
  switch (props.field.kind) {
    case 'boolean':
      return (
        <Select
          {...props}
          options={[
            ['true', 'Yes'],
            ['false', 'No'],
          ]}
        />
      )
    case 'select':
      return <Select {...props} options={props.field.options.map((option, index) => [String(index), String(option)])} />
    case 'json':
      return <Block {...props} rows={5} mono={true} />
    case 'text':
      return props.field.multiline ? (
        <Block {...props} rows={props.field.key === 'sql' ? 5 : 3} mono={props.field.key === 'sql'} />
      ) : (
        <Line {...props} />
      )
    default:
      return <Line {...props} />
  }
}

function Line({ id, field, text, path, invalid, describedBy, onChange }: Props): JSX.Element {
  const names = useSuggestions(field.kind === 'text' ? field.key : '')
  return (
    <>
      <input
        id={id}
        className="input"
        data-path={path}
        inputMode={field.kind === 'number' ? (field.integer ? 'numeric' : 'decimal') : undefined}
        autoComplete="off"
        spellCheck={false}
        value={text}
        placeholder={placeholder(field)}
        required={field.required}
        aria-label={field.label === '' ? field.key : undefined}
        aria-invalid={invalid}
        aria-describedby={describedBy}
        list={names.length > 0 ? `${id}-names` : undefined}
        onChange={(event) => onChange(event.target.value)}
      />
      {names.length > 0 && (
        <datalist id={`${id}-names`}>
          {names.map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
      )}
    </>
  )
}

function Block({
  id,
  field,
  text,
  path,
  invalid,
  describedBy,
  onChange,
  rows,
  mono,
}: Props & { readonly rows: number; readonly mono: boolean }): JSX.Element {
  return (
    <textarea
      id={id}
      className={mono ? 'input mono' : 'input'}
      data-path={path}
      rows={rows}
      spellCheck={!mono}
      value={text}
      placeholder={placeholder(field)}
      required={field.required}
      aria-label={field.label === '' ? field.key : undefined}
      aria-invalid={invalid}
      aria-describedby={describedBy}
      onChange={(event) => onChange(event.target.value)}
    />
  )
}

function Select(props: Props & { readonly options: readonly (readonly [value: string, words: string])[] }): JSX.Element {
  const { id, field, text, path, invalid, describedBy, onChange, options } = props
  const blank = field.required ? 'Choose …' : field.preset === undefined ? '–' : `Default: ${words(field.preset)}`
  return (
    <select
      id={id}
      className="input"
      data-path={path}
      value={text}
      required={field.required}
      aria-label={field.label === '' ? field.key : undefined}
      aria-invalid={invalid}
      aria-describedby={describedBy}
      onChange={(event) => onChange(event.target.value)}
    >
      <option value="">{blank}</option>
      {options.map(([value, name]) => (
        <option key={value} value={value}>
          {name}
        </option>
      ))}
    </select>
  )
}

function placeholder(field: Field): string | undefined {
  if (field.preset !== undefined) return words(field.preset)
  if (field.kind === 'json') return '{ }'
  if (field.kind !== 'number') return undefined
  if (field.min !== undefined && field.max !== undefined) return `${field.min} to ${field.max}`
  return undefined
}

function words(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  return typeof value === 'string' ? value : JSON.stringify(value)
}
