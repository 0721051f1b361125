/** The frame around every view: sidebar, main column, session, and what is heard live. */
import { type JSX, useEffect, useState } from 'react'
import { session } from './api.ts'
import { usePending } from './approvals/approvals.ts'
import { ApprovalsView } from './approvals/approvals-view.tsx'
import { loadCatalogue, titleOf } from './catalogue.ts'
import { ChatView } from './chat/chat-view.tsx'
import { decidedElsewhere } from './chat/conversations.ts'
import { HaltBanner } from './frame/halt-switch.tsx'
import { Icon, Mark } from './frame/icon.tsx'
import { Palette } from './frame/palette.tsx'
import { ShortcutSheet, useShortcuts } from './frame/shortcuts.tsx'
import { Sidebar } from './frame/sidebar.tsx'
import { textAt } from './json.ts'
import { listen, useLive } from './live.ts'
import { LoginView } from './login-view.tsx'
import { PassageDrawer } from './passages/passage-drawer.tsx'
import { hrefOf, type Route, useRoute } from './router.ts'
import { useStore } from './store.ts'
import { followTheme } from './theme.ts'
import { CollectionsView } from './views/collections-view.tsx'
import { DatasetsView } from './views/datasets-view.tsx'
import { ModelsView } from './views/models-view.tsx'
import { RunsView } from './views/runs-view.tsx'
import { ServersView } from './views/servers-view.tsx'
import { ToolsView } from './views/tools-view.tsx'

export function Studio(): JSX.Element {
  const state = useStore(session)
  useEffect(followTheme, [])
  return state === 'locked' ? <LoginView /> : <OpenStudio />
}

function OpenStudio(): JSX.Element {
  const route = useRoute()
  const [menu, setMenu] = useState(false)
  const [help, setHelp] = useState(false)
  const [search, setSearch] = useState(false)
  const pending = usePending()
  useShortcuts({ help: () => setHelp(true), search: () => setSearch(true) })
  useEffect(() => {
    loadCatalogue().catch(() => {})
    return listen()
  }, [])
  useLive(({ type, json }) => {
    const approval = textAt(json, 'approval')
    const state = textAt(json, 'state')
    if (type !== 'approval' || approval === undefined) return
    if (state === 'approved' || state === 'used') void decidedElsewhere(approval, 'approve')
    if (state === 'rejected') void decidedElsewhere(approval, 'reject')
  })
  useEffect(() => {
    document.title = route.view === 'chat' ? 'Millrace' : `${route.item ?? titleOf(route.view)} – Millrace`
  }, [route.view, route.item])
  // biome-ignore lint/correctness/useExhaustiveDependencies: the sheet closes whenever the address changes.
  useEffect(() => setMenu(false), [route.view, route.item])

  return (
    <div className="frame">
      <button type="button" className="button skip" onClick={() => document.getElementById('main')?.focus()}>
        Skip to content
      </button>
      <button type="button" className="scrim" data-open={menu} aria-label="Close menu" onClick={() => setMenu(false)} />
      <Sidebar route={route} open={menu} pending={pending.length} onHelp={() => setHelp(true)} />
      <div className="main">
        <header className="topbar">
          <button
            type="button"
            className="icon-button"
            aria-label="Menu"
            aria-controls="sidebar"
            aria-expanded={menu}
            onClick={() => setMenu(!menu)}
          >
            <Icon name="menu" />
          </button>
          <a className="brand" href={hrefOf('chat')}>
            <Mark size={22} />
            Millrace
          </a>
          <span className="spacer" />
          {pending.length > 0 && (
            <a className="badge warn" href={hrefOf('approvals')}>
              {pending.length} to approve
            </a>
          )}
          <a className="icon-button" href={hrefOf('chat')} aria-label="New conversation">
            <Icon name="plus" />
          </a>
        </header>
        <HaltBanner />
        <Main route={route} />
      </div>
      <PassageDrawer />
      {help && <ShortcutSheet onClose={() => setHelp(false)} />}
      {search && <Palette onClose={() => setSearch(false)} />}
    </div>
  )
}

function Main({ route }: { readonly route: Route }): JSX.Element {
  switch (route.view) {
    case 'chat':
      return <ChatView item={route.item} />
    case 'tools':
      return <ToolsView item={route.item} params={route.params} />
    case 'datasets':
      return <DatasetsView item={route.item} />
    case 'runs':
      return <RunsView item={route.item} />
    case 'models':
      return <ModelsView item={route.item} />
    case 'collections':
      return <CollectionsView item={route.item} />
    case 'approvals':
      return <ApprovalsView />
    case 'servers':
      return <ServersView />
  }
}
