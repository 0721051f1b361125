/** What changed in a workspace, for clients that listen: lists of tools and resources, and resources they watch. */
import type { Waist } from '../tools/waist.ts'
import { readUri, writeUri } from './uri-pattern.ts'

export type Change = { readonly kind: 'tools' | 'prompts' | 'resources' } | { readonly kind: 'updated'; readonly uri: string }

type Listener = (change: Change) => void

export interface Changes {
  /** Returns the way to stop. */
  subscribe(workspace: string, listener: Listener): () => void
  /** Names URIs that somebody watches, so that it is known which may have changed. Returns the way to stop. */
  watch(workspace: string, uris: readonly string[]): () => void
  announce(workspace: string, change: Change): void
  close(): void
}

/** Changes of one moment are told once. */
const quietMs = 100
/** How often to look whether foreign tools came or went: nothing tells. */
const lookMs = 1000

export function createChanges({ platform, catalogue }: Pick<Waist, 'platform' | 'catalogue'>): Changes {
  const listeners = new Map<string, Set<Listener>>()
  const watched = createWatched()
  let seen = catalogue.revision

  const announce = (workspace: string, change: Change): void => {
    for (const listener of listeners.get(workspace) ?? []) listener(change)
  }
  const written = new Map<string, NodeJS.Timeout>()
  /** A call that wrote says not what: whatever is watched may have changed, and lists too. */
  const wrote = (workspace: string): void => {
    if (!listeners.has(workspace) || written.has(workspace)) return
    const tell = (): void => {
      written.delete(workspace)
      announce(workspace, { kind: 'resources' })
      for (const uri of watched.in(workspace)) if (!isRun(uri)) announce(workspace, { kind: 'updated', uri })
    }
    written.set(workspace, setTimeout(tell, quietMs).unref())
  }
  const stop = platform.events.subscribe((event) => {
    if (event.type === 'call' && event.ok && listeners.has(event.workspace) && !reads(catalogue, event.tool)) wrote(event.workspace)
    if (event.type !== 'run' || event.progress) return
    for (const kind of runKinds) announce(event.workspace, { kind: 'updated', uri: writeUri(kind, { run: event.run }) })
    if (event.state === 'succeeded') wrote(event.workspace)
  })
  const look = setInterval(() => {
    if (catalogue.revision === seen) return
    seen = catalogue.revision
    for (const workspace of listeners.keys()) announce(workspace, { kind: 'tools' })
  }, lookMs).unref()

  return {
    announce,
    watch: watched.add,
    subscribe: (workspace, listener) => {
      const here = listeners.get(workspace) ?? new Set()
      listeners.set(workspace, here.add(listener))
      return () => {
        here.delete(listener)
        if (here.size === 0 && listeners.get(workspace) === here) listeners.delete(workspace)
      }
    },
    close: () => {
      stop()
      clearInterval(look)
      for (const timer of written.values()) clearTimeout(timer)
      listeners.clear()
    },
  }
}

function reads(catalogue: Waist['catalogue'], name: string): boolean {
  try {
    return catalogue.get(name).effect === 'read'
  } catch {
    // A tool that has left by now may have written.
    return false
  }
}

/** Resources that the events of runs name exactly. */
const runKinds = ['millrace://run/{run}', 'millrace://report/{run}'] as const
const isRun = (uri: string): boolean =>
  runKinds.some((kind) => uri.startsWith(kind.slice(0, -'{run}'.length)) && readUri(kind, uri) !== undefined)

/** More than these are not told apart from unwatched ones: a client cannot make the server remember without end. */
const mostWatched = 10_000

function createWatched(): { readonly add: Changes['watch']; in(workspace: string): Iterable<string> } {
  const counts = new Map<string, Map<string, number>>()
  return {
    in: (workspace) => counts.get(workspace)?.keys() ?? [],
    add: (workspace, uris) => {
      const here = counts.get(workspace) ?? new Map<string, number>()
      counts.set(workspace, here)
      const added = uris.filter((uri) => here.has(uri) || here.size < mostWatched)
      for (const uri of added) here.set(uri, (here.get(uri) ?? 0) + 1)
      return () => {
        for (const uri of added.splice(0)) {
          const left = (here.get(uri) ?? 1) - 1
          if (left === 0) here.delete(uri)
          else here.set(uri, left)
        }
      }
    },
  }
}
