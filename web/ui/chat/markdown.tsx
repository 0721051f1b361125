/** Markdown of an answer, drawn safely: no HTML, no image is ever fetched, and every link shows where it leads. */
import { type JSX, memo } from 'react'
import ReactMarkdown, { type Components } from 'react-markdown'
import remarkGfm from 'remark-gfm'

export const Markdown = memo(({ text }: { readonly text: string }): JSX.Element => {
  return (
    <div className="markdown">
      <ReactMarkdown remarkPlugins={plugins} components={components} skipHtml={true}>
        {text}
      </ReactMarkdown>
    </div>
  )
})

const plugins = [remarkGfm]

const components: Components = {
  a: ({ href, children }) => <Link href={href}>{children}</Link>,
  // An image could tell its server who reads this: its words and address are shown instead.
  img: ({ alt, src }) => (
    <span className="muted">
      [image{alt === undefined || alt === '' ? '' : `: ${alt}`}
      {typeof src === 'string' ? ` – ${src}` : ''}]
    </span>
  ),
  table: ({ children }) => (
    <div className="table-scroll">
      <table>{children}</table>
    </div>
  ),
}

function Link({ href, children }: { readonly href: string | undefined; readonly children?: React.ReactNode }): JSX.Element {
  const place = href === undefined ? undefined : placeOf(href)
  if (href === undefined || href === '' || place === undefined) return <>{children}</>
  return (
    <a href={href} rel="noopener noreferrer nofollow" target="_blank">
      {children}
      {place !== '' && !sameWords(children, href) && <span className="link-place"> ({place})</span>}
    </a>
  )
}

/** The host a link leads to, '' within the page; undefined for what must not be a link. */
function placeOf(href: string): string | undefined {
  if (href.startsWith('#')) return undefined
  const url = URL.parse(href, window.location.href)
  if (url === null || !['http:', 'https:', 'mailto:'].includes(url.protocol)) return undefined
  return url.origin === window.location.origin ? '' : url.host || url.pathname
}

function sameWords(children: React.ReactNode, href: string): boolean {
  return typeof children === 'string' && (href === children || href.replace(/^(https?:\/\/|mailto:)/, '') === children)
}
