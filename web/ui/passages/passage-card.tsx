/** A passage found or cited, as a card that opens its document. */
import type { JSX } from 'react'
import { number } from '../format.ts'
import { Icon } from '../frame/icon.tsx'
import type { Passage } from '../results/shape.ts'
import { openPassage } from './open-passage.ts'

export function PassageCard({ passage, place }: { readonly passage: Passage; readonly place: number }): JSX.Element {
  return (
    <button type="button" className="passage" onClick={() => openPassage.set(passage)}>
      <span className="passage-place">{place}</span>
      <span className="passage-main">
        <span className="passage-head">
          <strong>{passage.title === '' ? passage.document : passage.title}</strong>
          {passage.title !== '' && passage.title !== passage.document && <span className="muted">{passage.document}</span>}
          {passage.score !== undefined && <span className="badge">{number(passage.score)}</span>}
        </span>
        <span className="passage-text">
          {passage.quote !== undefined && <Icon name="quote" size={14} />}
          {passage.text}
        </span>
      </span>
      <span className="sr-only">Open the passage</span>
    </button>
  )
}
