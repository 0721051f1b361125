/** Fields of many: a list of items, and named values such as the record to predict. */
import type { ComponentType, JSX } from 'react'
import { Icon } from '../frame/icon.tsx'
import { type Draft, draftOf } from './draft.ts'
import type { FieldProps } from './field-props.ts'
import type { Field } from './form-model.ts'

type ListField = Extract<Field, { kind: 'list' }>
type ListDraft = Extract<Draft, { kind: 'list' }>

/** `item` draws one item: given by the caller, so that fields and lists of fields need not import each other. */
export function ListInput(props: FieldProps<ListField, ListDraft> & { readonly item: ComponentType<FieldProps> }): JSX.Element {
  const { field, draft, path, errors, onChange, item: Item } = props
  const item = { ...field.item, key: field.key, label: '' }
  return (
    <div className="list-input">
      {draft.items.map((one, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: items have no identity but their place.
        <div key={index} className={field.item.kind === 'group' || field.item.kind === 'choice' ? 'list-item block' : 'list-item'}>
          <Item
            field={item}
            draft={one}
            path={`${path}.${index}`}
            errors={errors}
            onChange={(next) => onChange({ kind: 'list', items: draft.items.with(index, next) })}
          />
          <Remove label={`Remove item ${index + 1}`} onClick={() => onChange({ kind: 'list', items: draft.items.toSpliced(index, 1) })} />
        </div>
      ))}
      <Add words="Add item" onClick={() => onChange({ kind: 'list', items: [...draft.items, draftOf(item, undefined)] })} />
    </div>
  )
}

type PairsField = Extract<Field, { kind: 'pairs' }>
type PairsDraft = Extract<Draft, { kind: 'pairs' }>

export function PairsInput({ draft, path, onChange }: FieldProps<PairsField, PairsDraft>): JSX.Element {
  const change = (index: number, part: Partial<PairsDraft['pairs'][number]>): void => {
    onChange({ kind: 'pairs', pairs: draft.pairs.map((pair, i) => (i === index ? { ...pair, ...part } : pair)) })
  }
  return (
    <div className="list-input">
      {draft.pairs.map((pair, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a pair has no identity but its place while its name is typed.
        <div key={index} className="list-item">
          <input
            className="input"
            aria-label={`Name ${index + 1}`}
            placeholder="name"
            data-path={`${path}.${pair.name}`}
            value={pair.name}
            onChange={(event) => change(index, { name: event.target.value })}
          />
          <input
            className="input"
            aria-label={`Value of ${pair.name || `item ${index + 1}`}`}
            placeholder="value"
            value={pair.text}
            onChange={(event) => change(index, { text: event.target.value })}
          />
          <Remove
            label={`Remove ${pair.name || `item ${index + 1}`}`}
            onClick={() => onChange({ kind: 'pairs', pairs: draft.pairs.toSpliced(index, 1) })}
          />
        </div>
      ))}
      <Add words="Add value" onClick={() => onChange({ kind: 'pairs', pairs: [...draft.pairs, { name: '', text: '' }] })} />
    </div>
  )
}

function Add({ words, onClick }: { readonly words: string; readonly onClick: () => void }): JSX.Element {
  return (
    <button type="button" className="button small quiet add" onClick={onClick}>
      <Icon name="plus" size={14} />
      {words}
    </button>
  )
}

function Remove({ label, onClick }: { readonly label: string; readonly onClick: () => void }): JSX.Element {
  return (
    <button type="button" className="icon-button" aria-label={label} onClick={onClick}>
      <Icon name="close" size={16} />
    </button>
  )
}
