/** The sidebar: where one can go, which conversations there are, whether the server is heard. */
import type { JSX } from 'react'
import { listThreads, turns } from '../chat/conversations.ts'
import { useResource } from '../resource.ts'
import { hrefOf, type Route, type View } from '../router.ts'
import { useStore } from '../store.ts'
import { theme, toggleTheme } from '../theme.ts'
import { Account } from './account.tsx'
import { HaltButton } from './halt-switch.tsx'
import { Icon, Mark } from './icon.tsx'

const links: readonly (readonly [view: View, words: string])[] = [
  ['chat', 'Chat'],
  ['tools', 'Tools'],
  ['datasets', 'Datasets'],
  ['runs', 'Runs'],
  ['models', 'Models'],
  ['collections', 'Collections'],
  ['approvals', 'Approvals'],
]

interface Props {
  readonly route: Route
  readonly open: boolean
  readonly pending: number
  readonly onHelp: () => void
}

export function Sidebar({ route, open, pending, onHelp }: Props): JSX.Element {
  const shown = useStore(theme)
  return (
    <div className="sidebar" id="sidebar" data-open={open}>
      <a className="brand" href={hrefOf('chat')}>
        <Mark />
        Millrace
      </a>
      <nav className="nav" aria-label="Main">
        {links.map(([view, words]) => (
          <a key={view} className="nav-link" href={hrefOf(view)} aria-current={route.view === view ? 'page' : undefined}>
            <Icon name={view} />
            {words}
            {view === 'approvals' && pending > 0 && (
              <span className="count">
                {pending}
                <span className="sr-only"> waiting</span>
              </span>
            )}
          </a>
        ))}
      </nav>
      <Threads current={route.view === 'chat' ? route.item : undefined} />
      <HaltButton />
      <div className="sidebar-foot">
        <Account />
        <button type="button" className="icon-button" onClick={onHelp} aria-label="Keyboard shortcuts" title="Keyboard shortcuts (?)">
          <Icon name="keyboard" />
        </button>
        <button
          type="button"
          className="icon-button"
          onClick={toggleTheme}
          aria-label={shown === 'dark' ? 'Switch to light' : 'Switch to dark'}
          title="Light or dark (l)"
        >
          <Icon name={shown === 'dark' ? 'sun' : 'moon'} />
        </button>
      </div>
    </div>
  )
}

function Threads({ current }: { readonly current: string | undefined }): JSX.Element {
  const ended = useStore(turns)
  const { value: threads = [] } = useResource(`threads ${ended}`, listThreads)
  return (
    <nav className="threads" aria-label="Conversations">
      <div className="threads-head">
        Conversations
        <a className="icon-button" href={hrefOf('chat')} aria-label="New conversation" title="New conversation (n)">
          <Icon name="plus" size={16} />
        </a>
      </div>
      {threads.map(({ thread, title }) => (
        <a
          key={thread}
          className="thread"
          href={hrefOf('chat', thread)}
          title={title}
          aria-current={thread === current ? 'page' : undefined}
        >
          {title}
        </a>
      ))}
      {threads.length === 0 && <p className="thread muted">None yet</p>}
    </nav>
  )
}
