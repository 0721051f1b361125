/** The scaffold of a list view: heading, one sentence, actions, content. */
import type { JSX, ReactNode } from 'react'

interface Props {
  readonly title: string
  readonly about: string
  readonly actions?: ReactNode
  readonly children: ReactNode
}

export function Page({ title, about, actions, children }: Props): JSX.Element {
  return (
    <main className="page" id="main" tabIndex={-1} aria-label={title}>
      <div className="page-inner">
        <header className="page-head">
          <div>
            <h1>{title}</h1>
            <p>{about}</p>
          </div>
          {actions !== undefined && <div className="actions">{actions}</div>}
        </header>
        {children}
      </div>
    </main>
  )
}
