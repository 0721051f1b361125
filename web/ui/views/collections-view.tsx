/** Collections of documents, and a search in each. */
import { type JSX, useState } from 'react'
import { readTool } from '../api.ts'
import { Drawer } from '../frame/drawer.tsx'
import { textAt } from '../json.ts'
import { useResource } from '../resource.ts'
import { Result } from '../results/result.tsx'
import { go, hrefOf } from '../router.ts'
import { Trouble } from './detail.tsx'
import { Page } from './page.tsx'
import { SendDocuments } from './send-documents.tsx'
import { ToolList } from './tool-list.tsx'

export function CollectionsView({ item }: { readonly item: string | undefined }): JSX.Element {
  return (
    <Page
      title="Collections"
      about="Documents cut into passages, searched by word and meaning, cited in answers."
      actions={
        <a className="button primary" href={hrefOf('tools', 'ingest_documents')}>
          Add documents
        </a>
      }
    >
      <ToolList
        tool="list_collections"
        list="collections"
        hrefOf={(row) => {
          const name = textAt(row, 'name') ?? textAt(row, 'collection')
          return name === undefined ? undefined : hrefOf('collections', name)
        }}
        empty={
          <>
            <h2>No documents yet</h2>
            <p className="muted">Add a folder of Markdown, text, HTML or PDF files; ask questions about them afterwards.</p>
            <a className="button primary" href={hrefOf('tools', 'ingest_documents')}>
              Add documents
            </a>
          </>
        }
      />
      {item !== undefined && <CollectionDrawer key={item} collection={item} />}
    </Page>
  )
}

function CollectionDrawer({ collection }: { readonly collection: string }): JSX.Element {
  const [text, setText] = useState('')
  const [query, setQuery] = useState('')
  const { value, problem, loading } = useResource(`search ${collection} ${query}`, async (signal) =>
    query === '' ? undefined : readTool('search_documents', { query, collection }, signal),
  )
  return (
    <Drawer title={collection} subtitle="Collection" onClose={() => go(hrefOf('collections'))}>
      <form
        className="search"
        onSubmit={(event) => {
          event.preventDefault()
          setQuery(text.trim())
        }}
      >
        <input
          className="input"
          aria-label={`Search ${collection}`}
          placeholder="Search these documents"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <button type="submit" className="button primary">
          {loading && query !== '' && <span className="spinner" />}
          Search
        </button>
      </form>
      <div className="actions">
        <a className="button" href={hrefOf('tools', 'ask_documents', { collection })}>
          Ask a question
        </a>
        <a className="button" href={hrefOf('tools', 'ingest_documents', { collection })}>
          Add documents
        </a>
        <a className="button danger" href={hrefOf('tools', 'delete_documents', { collection })}>
          Delete documents
        </a>
      </div>
      <SendDocuments collection={collection} />
      <Trouble problem={problem} />
      <Result data={value} collection={collection} />
    </Drawer>
  )
}
