/** What a first-time user sees: what this is, and questions that work on what is really here. */
import type { JSX } from 'react'
import { readTool } from '../api.ts'
import { catalogue, type ToolWords } from '../catalogue.ts'
import { Icon, type IconName, Mark } from '../frame/icon.tsx'
import { listAt, textAt } from '../json.ts'
import { useResource } from '../resource.ts'
import { hrefOf } from '../router.ts'
import { useStore } from '../store.ts'

interface Suggestion {
  readonly icon: IconName
  readonly title: string
  readonly question: string
}

export function Welcome({ onAsk }: { readonly onAsk: (text: string) => void }): JSX.Element {
  const tools = useStore(catalogue)
  const { value: here } = useResource('welcome', workspace)
  const suggestions = here === undefined ? [] : suggest(here, tools)
  return (
    <div className="welcome">
      <Mark size={40} />
      <h1>What would you like to know?</h1>
      <p className="muted">
        Ask in plain words. Millrace profiles data, trains and watches models, and answers from your documents with citations. What would
        change something live asks you first.
      </p>
      <div className="suggestions">
        {suggestions.map(({ icon, title, question }) => (
          <button key={question} type="button" className="suggestion" onClick={() => onAsk(question)}>
            <Icon name={icon} />
            <span>
              <strong>{title}</strong>
              <span className="muted">{question}</span>
            </span>
          </button>
        ))}
      </div>
      <p className="small muted">
        Bring your own: <a href={hrefOf('tools', 'ingest_data')}>load a dataset</a> or{' '}
        <a href={hrefOf('tools', 'ingest_documents')}>add documents</a>.
      </p>
    </div>
  )
}

interface Workspace {
  readonly dataset: string | undefined
  /** Its last column: by custom what one predicts. */
  readonly target: string | undefined
  readonly model: string | undefined
  /** A question its documents have a section about. */
  readonly asks: string | undefined
}

/** What is here already; a list that cannot be read is as good as empty. */
async function workspace(signal: AbortSignal): Promise<Workspace> {
  const first = async (tool: string, list: string): Promise<unknown> => {
    const data = await readTool(tool, {}, signal).catch(() => undefined)
    return listAt(data, list)[0]
  }
  const [dataset, model, collection] = await Promise.all([
    first('list_datasets', 'datasets'),
    first('list_models', 'models'),
    first('list_collections', 'collections'),
  ])
  return {
    dataset: textAt(dataset, 'name'),
    target: textAt(listAt(dataset, 'columns').at(-1), 'name'),
    model: textAt(model, 'model'),
    asks: await questionFor(textAt(collection, 'collection'), signal),
  }
}

/** Asks about the heading of a section, so that a first question finds its answer. */
async function questionFor(collection: string | undefined, signal: AbortSignal): Promise<string | undefined> {
  if (collection === undefined) return undefined
  const found = await readTool('search_documents', { query: 'how many days', collection }, signal).catch(() => undefined)
  const headings = listAt(found, 'hits').map((hit) => textAt(hit, 'title')?.split('›').at(-1)?.trim() ?? '')
  const heading = headings.find((words) => words !== '' && words.split(' ').length <= 3)
  return heading === undefined ? undefined : `What does the ${collection} say about ${heading.charAt(0).toLowerCase()}${heading.slice(1)}?`
}

function suggest({ dataset, target, model, asks }: Workspace, tools: readonly ToolWords[]): readonly Suggestion[] {
  const all: readonly (Suggestion & { readonly tool: string; readonly needs: string | undefined })[] = [
    { tool: 'profile_data', needs: dataset, icon: 'datasets', title: 'Look at data', question: `Profile the ${dataset} dataset` },
    { tool: 'ask_documents', needs: asks, icon: 'collections', title: 'Ask the documents', question: asks ?? '' },
    {
      tool: 'train_model',
      needs: target,
      icon: 'runs',
      title: 'Train a model',
      question: `Train a model on ${dataset} to predict ${target}`,
    },
    { tool: 'deployment_status', needs: model, icon: 'models', title: 'Watch a model', question: `How is the ${model} model doing?` },
    { tool: 'list_datasets', needs: 'always', icon: 'datasets', title: 'Look around', question: 'Which datasets are there?' },
    {
      tool: 'list_collections',
      needs: 'always',
      icon: 'collections',
      title: 'Documents',
      question: 'Which document collections are there?',
    },
  ]
  return all.filter(({ tool, needs }) => needs !== undefined && tools.some(({ name }) => name === tool)).slice(0, 4)
}
