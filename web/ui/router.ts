/** Which view is open, read from the address: `#/datasets/churn` -> view `datasets`, item `churn`. The address is the state. */
import { useSyncExternalStore } from 'react'

export const views = ['chat', 'tools', 'datasets', 'runs', 'models', 'collections', 'approvals', 'servers'] as const
export type View = (typeof views)[number]

export interface Route {
  readonly view: View
  /** A thread, a tool, a dataset … by its name or id. */
  readonly item: string | undefined
  /** Prefilled values, for example of a tool's form. */
  readonly params: Readonly<Record<string, string>>
}

/** Reads a location hash; anything unknown is the chat. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#?\/?/, '').split('?', 2)
  const [head = '', ...tail] = path.split('/')
  const view = views.find((known) => known === head)
  const item = decode(tail.join('/'))
  const params = Object.fromEntries(new URLSearchParams(query))
  if (view === undefined) return { view: 'chat', item: undefined, params: {} }
  return { view, item: item === '' ? undefined : item, params }
}

/** The hash of a view; the inverse of `parseRoute`. */
export function hrefOf(view: View, item?: string, params: Readonly<Record<string, string>> = {}): string {
  const query = new URLSearchParams(params).toString()
  return `#/${view}${item === undefined ? '' : `/${encodeURIComponent(item)}`}${query === '' ? '' : `?${query}`}`
}

export function useRoute(): Route {
  const hash = useSyncExternalStore(subscribe, () => window.location.hash)
  return parseRoute(hash)
}

export function go(href: string): void {
  window.location.hash = href.replace(/^#/, '')
}

function subscribe(changed: () => void): () => void {
  window.addEventListener('hashchange', changed)
  return () => window.removeEventListener('hashchange', changed)
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
