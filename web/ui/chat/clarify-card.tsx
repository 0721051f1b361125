/** A question back to the person, with the missing values as a form. The answer goes back in plain words. */
import { type JSX, useState } from 'react'
import { brief } from '../format.ts'
import { SchemaForm } from '../forms/schema-form.tsx'
import { isRecord } from '../json.ts'
import type { ClarifyEntry } from './entries.ts'
import { Markdown } from './markdown.tsx'

interface Props {
  readonly entry: ClarifyEntry
  readonly answerable: boolean
  readonly onAsk: (text: string) => void
}

export function ClarifyCard({ entry, answerable, onAsk }: Props): JSX.Element {
  const [sent, setSent] = useState(false)
  const send = (input: unknown): void => {
    setSent(true)
    onAsk(sentence(input))
  }
  return (
    <article className="clarify">
      <Markdown text={entry.question} />
      {entry.schema !== undefined && answerable && !sent && (
        <SchemaForm schema={entry.schema} known={entry.known} action="Answer" onSubmit={send} />
      )}
      {entry.mark !== undefined && <p className="mark">{entry.mark}</p>}
    </article>
  )
}

/** `{dataset: 'churn', folds: 5}` -> `dataset: churn, folds: 5`. */
function sentence(input: unknown): string {
  if (!isRecord(input)) return brief(input)
  return Object.entries(input)
    .map(([key, value]) => `${key.replaceAll('_', ' ')}: ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`)
    .join(', ')
}
