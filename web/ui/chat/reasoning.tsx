/** What happens behind an answer: the thoughts a model shows, folded away, and which specialist took over. */
import type { JSX } from 'react'
import { titleOf } from '../catalogue.ts'
import { Icon } from '../frame/icon.tsx'
import { visible } from '../visible.ts'

export function Reasoning({ text, live }: { readonly text: string; readonly live: boolean }): JSX.Element {
  return (
    <details className="reasoning">
      <summary>
        <Icon name="down" size={13} />
        {live ? 'Thinking …' : 'Thoughts'}
      </summary>
      <p>{visible(text)}</p>
    </details>
  )
}

export function Handover({ name }: { readonly name: string }): JSX.Element {
  return (
    <p className="handover">
      <Icon name="agent" size={14} />
      {visible(titleOf(name))} specialist
    </p>
  )
}
