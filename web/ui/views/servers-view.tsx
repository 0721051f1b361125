/** Foreign MCP servers whose tools joined this installation, and what of theirs waits until somebody has read it. */
import type { JSX } from 'react'
import { readTool } from '../api.ts'
import { Icon } from '../frame/icon.tsx'
import { at, listAt, textAt } from '../json.ts'
import { useResource } from '../resource.ts'
import { hrefOf } from '../router.ts'
import { visible } from '../visible.ts'
import { Trouble } from './detail.tsx'
import { Page } from './page.tsx'

export function ServersView(): JSX.Element {
  const { value, problem, loading } = useResource('list_mcp_servers', (signal) => readTool('list_mcp_servers', {}, signal), ['call'])
  const servers = listAt(value, 'servers')
  return (
    <Page
      title="Foreign servers"
      about="MCP servers whose tools agents may use here. What they change is withheld until an administrator has read it."
    >
      <Trouble problem={problem} />
      {!loading && problem === undefined && servers.length === 0 && (
        <div className="empty">
          <h2>None are joined</h2>
          <p className="muted">
            Name a file of MCP servers in <code>MILLRACE_MCP_SERVERS</code> and start the server again.
          </p>
        </div>
      )}
      <div className="stack">
        {servers.map((server) => (
          <ServerCard key={textAt(server, 'server') ?? ''} server={server} />
        ))}
      </div>
    </Page>
  )
}

const tones: Readonly<Record<string, string>> = {
  joined: 'badge good',
  withheld: 'badge warn',
  unavailable: 'badge bad',
  changed: 'badge warn',
  new: 'badge accent',
}
const words: Readonly<Record<string, string>> = {
  joined: 'Joined',
  withheld: 'Changes to read',
  unavailable: 'Not reachable',
  changed: 'Changed',
  new: 'New',
}

function ServerCard({ server }: { readonly server: unknown }): JSX.Element {
  const name = textAt(server, 'server') ?? ''
  const state = textAt(server, 'state') ?? ''
  const tools = listAt(server, 'tools')
  const withheld = tools.filter((tool) => textAt(tool, 'state') !== 'joined')
  const joined = tools.length - withheld.length
  const trouble = textAt(server, 'trouble')
  return (
    <article className="server" aria-label={name}>
      <header className="server-head">
        <h2>{visible(name)}</h2>
        <State state={state} />
        <span className="muted small">
          {textAt(server, 'transport')}, {joined} {joined === 1 ? 'tool' : 'tools'}
        </span>
        {withheld.length > 0 && (
          <a
            className="button small primary"
            href={hrefOf('tools', 'trust_mcp_server', { server: name, hash: textAt(server, 'hash') ?? '' })}
          >
            Accept all changes
          </a>
        )}
      </header>
      {trouble !== undefined && <p className="tool-failed">{visible(trouble)}</p>}
      {withheld.map((tool) => (
        <Withheld key={textAt(tool, 'tool') ?? ''} server={name} tool={tool} />
      ))}
      {joined > 0 && (
        <details className="more">
          <summary>
            <Icon name="down" size={13} />
            Its tools
          </summary>
          <ul className="server-tools">
            {tools
              .filter((tool) => !withheld.includes(tool))
              .map((tool) => (
                <li key={textAt(tool, 'tool') ?? ''}>
                  <a href={hrefOf('tools', textAt(tool, 'tool') ?? '')}>
                    <code>{visible(textAt(tool, 'tool') ?? '')}</code>
                  </a>{' '}
                  <span className="muted">{visible(textAt(tool, 'description') ?? '').slice(0, 160)}</span>
                </li>
              ))}
          </ul>
        </details>
      )}
    </article>
  )
}

/** What it says now beside what was accepted: the words are a stranger's, so nothing in them is drawn. */
function Withheld({ server, tool }: { readonly server: string; readonly tool: unknown }): JSX.Element {
  const before = textAt(at(tool, 'accepted'), 'description')
  return (
    <section className="withheld">
      <div className="server-head">
        <code>{visible(textAt(tool, 'name') ?? '')}</code>
        <State state={textAt(tool, 'state') ?? ''} />
        <a className="small" href={hrefOf('tools', 'trust_mcp_server', { server, hash: textAt(tool, 'hash') ?? '' })}>
          Accept this one
        </a>
      </div>
      {before !== undefined && (
        <div className="wording">
          <span className="muted small">Accepted</span>
          <p>{visible(before)}</p>
        </div>
      )}
      <div className="wording">
        <span className="muted small">Says now</span>
        <p>{visible(textAt(tool, 'description') ?? '')}</p>
      </div>
    </section>
  )
}

function State({ state }: { readonly state: string }): JSX.Element {
  return <span className={tones[state] ?? 'badge'}>{words[state] ?? state}</span>
}
