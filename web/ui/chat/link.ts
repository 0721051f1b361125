/** Where a link of an answer really leads, and whether its words say something else. */

export type Link =
  /** It may be followed; `place` is said beside it unless its words are exactly that, `false` when they name another place. */
  | { readonly kind: 'link'; readonly href: string; readonly place: string; readonly false: boolean }
  /** It must not be followed: its words stay, with a note where it pretended to lead somewhere. */
  | { readonly kind: 'text'; readonly note: string }

/** `words` are what a person reads; `origin` is that of this page. */
export function linkOf(href: string, words: string, origin: string): Link {
  if (href === '' || href.startsWith('#')) return { kind: 'text', note: '' }
  const url = URL.parse(href, origin)
  if (url === null) return { kind: 'text', note: href.slice(0, 200) }
  if (!['http:', 'https:', 'mailto:'].includes(url.protocol)) return { kind: 'text', note: `${url.protocol} link left out` }
  const place = placeOf(url, origin)
  const named = namedIn(words)
  const honest = named === undefined || named === place
  const said = named !== undefined && honest && url.username === '' && url.password === ''
  return { kind: 'link', href: url.href, place: said ? '' : place, false: !honest }
}

function placeOf(url: URL, origin: string): string {
  if (url.protocol === 'mailto:') return decoded(url.pathname)
  return url.origin === origin ? 'this server' : url.host
}

/** The host or mailbox that words look like, exactly as they are written: letters of another alphabet make another name. */
function namedIn(words: string): string | undefined {
  const text = words.trim().replace(/^mailto:/i, '')
  if (/^[^\s@/]+@[^\s@/]+\.[^\s@/]+$/.test(text)) return text
  const found = /^(?:[a-z][a-z\d+.-]*:)?(?:\/\/)?((?:[^\s/?#@]+@)?[^\s/?#@:]+\.[^\s/?#@:.]{2,}(?::\d+)?)(?:[/?#]\S*)?$/iu.exec(text)
  return found?.[1]?.toLowerCase()
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
