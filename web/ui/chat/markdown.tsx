/** Markdown of an answer, drawn safely: no HTML, nothing is ever fetched, every link says where it leads, nothing is hidden. */
import { type JSX, memo, type ReactNode } from 'react'
import ReactMarkdown, { type Components } from 'react-markdown'
import remarkGfm from 'remark-gfm'
import { visible } from '../visible.ts'
import { linkOf } from './link.ts'

export const Markdown = memo(({ text }: { readonly text: string }): JSX.Element => {
  return (
    <div className="markdown">
      <ReactMarkdown remarkPlugins={plugins} components={components} skipHtml={true} urlTransform={unchanged}>
        {visible(text)}
      </ReactMarkdown>
    </div>
  )
})

const plugins = [remarkGfm]

/** Which addresses may be links is decided in one place, link.ts, and an address that may not is shown. */
const unchanged = (url: string): string => url

const components: Components = {
  a: ({ href, children }) => <Link href={href ?? ''}>{children}</Link>,
  // An image could tell its server who reads this: its words and address are shown instead.
  img: ({ alt, src }) => (
    <span className="muted">
      [image{alt === undefined || alt === '' ? '' : `: ${alt}`}
      {typeof src === 'string' && src !== '' ? ` – ${src.slice(0, 200)}` : ''}]
    </span>
  ),
  table: ({ children }) => (
    <div className="table-scroll">
      <table>{children}</table>
    </div>
  ),
}

function Link({ href, children }: { readonly href: string; readonly children?: ReactNode }): JSX.Element {
  const words = wordsOf(children)
  const link = linkOf(href, words, window.location.origin)
  if (link.kind === 'text')
    return (
      <>
        {children}
        {link.note !== '' && <span className="link-place"> ({link.note})</span>}
      </>
    )
  return (
    <a href={link.href} rel="noopener noreferrer nofollow" target="_blank">
      {words.trim() === '' ? link.href : children}
      {link.place !== '' && (
        <span className={link.false ? 'link-place link-false' : 'link-place'}>
          {link.false ? ` (really ${link.place})` : ` (${link.place})`}
        </span>
      )}
    </a>
  )
}

/** What a person reads of a link, emphasis and code left out. */
function wordsOf(children: ReactNode): string {
  if (typeof children === 'string' || typeof children === 'number') return String(children)
  if (Array.isArray(children)) return children.map(wordsOf).join('')
  if (typeof children !== 'object' || children === null || !('props' in children)) return ''
  const { props } = children
  const inner: unknown = typeof props === 'object' && props !== null && 'children' in props ? props.children : undefined
  return isNode(inner) ? wordsOf(inner) : ''
}

const isNode = (value: unknown): value is ReactNode =>
  typeof value === 'string' || Array.isArray(value) || (typeof value === 'object' && value !== null)
