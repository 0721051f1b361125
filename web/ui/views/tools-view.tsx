/** Every tool of this installation, by effect, each with its form. */
import { type JSX, useEffect, useState } from 'react'
import { catalogue, effects, effectWords, type ToolWords } from '../catalogue.ts'
import { Icon } from '../frame/icon.tsx'
import { hrefOf } from '../router.ts'
import { useStore } from '../store.ts'
import { ToolRunner } from './tool-runner.tsx'

interface Props {
  readonly item: string | undefined
  readonly params: Readonly<Record<string, string>>
}

export function ToolsView({ item, params }: Props): JSX.Element {
  const tools = useStore(catalogue)
  const [filter, setFilter] = useState('')
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean)
  const found = tools.filter((tool) => words.every((word) => `${tool.name} ${tool.title} ${tool.description}`.toLowerCase().includes(word)))
  const chosen = tools.find(({ name }) => name === item)
  // biome-ignore lint/correctness/useExhaustiveDependencies: a tool opened by its address is shown in the list too.
  useEffect(() => {
    document.querySelector('.tool-link[aria-current]')?.scrollIntoView({ block: 'nearest' })
  }, [chosen])
  return (
    <main className="tools" id="main" tabIndex={-1} aria-label="Tools" data-chosen={chosen !== undefined}>
      <section className="tools-list" aria-label="All tools">
        <h1>Tools</h1>
        <p className="muted small">Everything Millrace can do. The chat, the command line and every API call these.</p>
        {tools.some(({ name }) => name === 'list_mcp_servers') && (
          <a className="small tools-foreign" href={hrefOf('servers')}>
            <Icon name="servers" size={14} />
            Foreign servers
          </a>
        )}
        <input
          className="input"
          data-first={true}
          type="search"
          aria-label="Find a tool"
          placeholder={`Find one of ${tools.length} tools`}
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
        />
        {effects.map((effect) => (
          <Group
            key={effect}
            title={effectWords[effect].title}
            means={effectWords[effect].means}
            tools={found.filter((tool) => tool.effect === effect)}
            item={item}
          />
        ))}
        {tools.length > 0 && found.length === 0 && <p className="muted small">No tool matches these words.</p>}
      </section>
      <section className="tools-form" aria-label="The chosen tool">
        {chosen === undefined ? (
          <Nothing missing={item !== undefined && tools.length > 0 ? item : undefined} />
        ) : (
          <ToolRunner key={`${chosen.name} ${JSON.stringify(params)}`} tool={chosen} params={params} />
        )}
      </section>
    </main>
  )
}

function Group(props: {
  readonly title: string
  readonly means: string
  readonly tools: readonly ToolWords[]
  readonly item: string | undefined
}): JSX.Element | null {
  const { title, means, tools, item } = props
  if (tools.length === 0) return null
  return (
    <section className="tools-group" aria-label={title}>
      <h2 title={means}>
        {title} <span className="muted">{tools.length}</span>
      </h2>
      <ul>
        {tools.map((tool) => (
          <li key={tool.name}>
            <a
              className="tool-link"
              data-effect={tool.effect}
              href={hrefOf('tools', tool.name)}
              aria-current={tool.name === item ? 'true' : undefined}
            >
              <span>{tool.title}</span>
              <code>{tool.name}</code>
            </a>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Nothing({ missing }: { readonly missing: string | undefined }): JSX.Element {
  return (
    <div className="empty">
      <h2>{missing === undefined ? 'Choose a tool' : `There is no tool '${missing}'`}</h2>
      <p className="muted">Each one has a form here. What it returns is drawn below the form.</p>
    </div>
  )
}
