/** A problem in words, read aloud when it appears. */
import type { JSX, ReactNode } from 'react'
import { Icon } from './icon.tsx'

export function Notice({ tone = 'bad', children }: { readonly tone?: 'bad' | 'warn'; readonly children: ReactNode }): JSX.Element {
  return (
    <div className={tone === 'warn' ? 'notice warn' : 'notice'} role="alert">
      <Icon name="warning" size={16} />
      <div>{children}</div>
    </div>
  )
}
