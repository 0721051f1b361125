/** One server that stays connected, told of the changes its client may hear: a session over HTTP, or stdio. */
import type { Server } from '@modelcontextprotocol/server'
import type { Change } from './changes.ts'
import { readResource } from './resources.ts'
import type { Surface } from './surface.ts'

/** Most URIs of one session. */
const most = 1000

/**
 * Call before it connects. A 2025 client subscribes to URIs here; for a 2026-07-28 one, whose listen streams the entry filters
 * (`filtered`), every update is passed on.
 */
export function listen(server: Server, surface: Surface, { filtered }: { readonly filtered: boolean }): void {
  const { changes, caller } = surface
  const watched = new Map<string, () => void>()
  const drop = (uri: string): void => {
    watched.get(uri)?.()
    watched.delete(uri)
  }
  const tell = async (change: Change): Promise<void> => {
    switch (change.kind) {
      case 'tools':
        return server.sendToolListChanged()
      case 'prompts':
        return server.sendPromptListChanged()
      case 'resources':
        return server.sendResourceListChanged()
      case 'updated':
        if (filtered || watched.has(change.uri)) await server.sendResourceUpdated({ uri: change.uri })
    }
  }
  const stop = changes.subscribe(caller.workspace, (change) => {
    // A client that has gone away is told nothing.
    tell(change).catch(() => undefined)
  })
  if (!filtered) {
    server.setRequestHandler('resources/subscribe', async ({ params: { uri } }, { mcpReq }) => {
      await readResource(surface, uri, mcpReq.signal)
      if (watched.size < most && !watched.has(uri)) watched.set(uri, changes.watch(caller.workspace, [uri]))
      return {}
    })
    server.setRequestHandler('resources/unsubscribe', async ({ params: { uri } }) => {
      drop(uri)
      return {}
    })
  }
  const before = server.onclose
  server.onclose = () => {
    stop()
    for (const uri of [...watched.keys()]) drop(uri)
    before?.()
  }
}
