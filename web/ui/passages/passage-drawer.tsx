/** The document behind a citation, with the cited words marked. */
import { type JSX, useEffect, useRef } from 'react'
import { readTool } from '../api.ts'
import { Drawer } from '../frame/drawer.tsx'
import { Notice } from '../frame/notice.tsx'
import { textAt } from '../json.ts'
import { useResource } from '../resource.ts'
import type { Passage } from '../results/shape.ts'
import { useStore } from '../store.ts'
import { openPassage } from './open-passage.ts'
import { splitAtQuote } from './quote.ts'

export function PassageDrawer(): JSX.Element | null {
  const passage = useStore(openPassage)
  return passage === undefined ? null : <Opened key={`${passage.document} ${passage.chunk}`} passage={passage} />
}

function Opened({ passage }: { readonly passage: Passage }): JSX.Element {
  const { document, chunk, collection } = passage
  const { value, problem, loading } = useResource(`document ${collection} ${document} ${chunk}`, (signal) =>
    readTool(
      'get_document',
      { document, context: 4_000, ...(chunk === undefined ? {} : { chunk }), ...(collection === undefined ? {} : { collection }) },
      signal,
    ),
  )
  const text = documentText(value)
  return (
    <Drawer
      title={textAt(value, 'title') ?? passage.title}
      subtitle={[document, collection].filter(Boolean).join(' · ')}
      onClose={() => openPassage.set(undefined)}
    >
      {problem !== undefined && <Notice tone="warn">The whole document cannot be shown: {problem.message}</Notice>}
      {loading && text === '' && <p className="muted">Loading the document …</p>}
      <Text text={text === '' ? passage.text : text} quote={passage.quote ?? passage.text} />
    </Drawer>
  )
}

function Text({ text, quote }: { readonly text: string; readonly quote: string }): JSX.Element {
  const mark = useRef<HTMLElement>(null)
  const split = splitAtQuote(text, quote)
  // biome-ignore lint/correctness/useExhaustiveDependencies: scrolls again when another text is shown.
  useEffect(() => {
    void mark.current?.scrollIntoView({ block: 'center' })
  }, [text])
  if (split === undefined)
    return (
      <>
        <blockquote className="document-quote">{quote}</blockquote>
        {text !== quote && <div className="document-text">{text}</div>}
      </>
    )
  return (
    <div className="document-text">
      {split.before}
      <mark ref={mark}>{split.quote}</mark>
      {split.after}
    </div>
  )
}

/** The passage with what stands around it. */
function documentText(value: unknown): string {
  return ['before', 'text', 'after'].map((part) => textAt(value, part) ?? '').join('')
}
