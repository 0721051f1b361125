/** The state of a run as a coloured word. */
import type { JSX } from 'react'

const tones: Readonly<Record<string, string>> = {
  running: 'badge accent',
  waiting: 'badge warn',
  succeeded: 'badge good',
  failed: 'badge bad',
}

export function StateBadge({ state }: { readonly state: string }): JSX.Element {
  return <span className={tones[state] ?? 'badge'}>{state}</span>
}
