/** GET /ws: what happens in the caller's workspace, as it happens. Says only; whatever a client sends is ignored. */
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocket, WebSocketServer } from 'ws'
import type { Caller } from '../../platform/caller.ts'
import type { PlatformEvent } from '../../platform/events.ts'
import { asFault, Fault } from '../../platform/fault.ts'
import type { ServerContext } from './context.ts'
import { problemOf } from './problem.ts'

interface Listener {
  readonly socket: WebSocket
  readonly workspace: string
  alive: boolean
}

/** A socket that answers no ping between two beats is gone. */
const beatMs = 30_000
/** Calls are many and only decorate the page: they are left out for a reader this far behind (bytes). */
const busyBytes = 64 * 1024
/** This far behind, a reader is cut off; it connects again and reads the lists afresh. */
const lostBytes = 1024 * 1024

/** Returns the way to close every socket. */
export function addLiveSocket(server: Server, context: ServerContext): () => void {
  const listeners = new Set<Listener>()
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 4096 })

  const join = (socket: WebSocket, caller: Caller): void => {
    const listener: Listener = { socket, workspace: caller.workspace, alive: true }
    listeners.add(listener)
    socket.on('pong', () => {
      listener.alive = true
    })
    socket.on('close', () => listeners.delete(listener))
    socket.on('error', () => socket.terminate())
    socket.send(JSON.stringify({ type: 'hello', workspace: caller.workspace, version: context.version }))
  }

  const upgrade = async (req: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    context.callers.guard(req)
    if (new URL(req.url ?? '/', 'http://local').pathname !== '/ws') throw new Fault('not_found', 'Only /ws speaks WebSocket here.')
    if (context.closing.aborted) throw new Fault('unavailable', 'The server is stopping. Connect again when it is back.')
    const caller = await context.callers.identify(req)
    sockets.handleUpgrade(req, socket, head, (opened) => join(opened, caller))
  }

  server.on('upgrade', (req: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy())
    upgrade(req, socket, head).catch((error) => refuse(socket, error))
  })

  const beat = setInterval(() => {
    for (const listener of listeners) {
      if (!listener.alive) listener.socket.terminate()
      listener.alive = false
      if (listener.socket.readyState === WebSocket.OPEN) listener.socket.ping()
    }
  }, beatMs)

  const unsubscribe = context.waist.platform.events.subscribe((event) => publish(listeners, event))

  return () => {
    clearInterval(beat)
    unsubscribe()
    for (const { socket } of listeners) socket.close(1001, 'The server is stopping.')
    sockets.close()
  }
}

function publish(listeners: ReadonlySet<Listener>, event: PlatformEvent): void {
  let text: string | undefined
  for (const { socket, workspace } of listeners) {
    if (workspace !== event.workspace || socket.readyState !== WebSocket.OPEN) continue
    if (socket.bufferedAmount > lostBytes) socket.close(1013, 'You read too slowly. Connect again.')
    else if (event.type !== 'call' || socket.bufferedAmount < busyBytes) {
      text ??= JSON.stringify(event)
      socket.send(text)
    }
  }
}

/** Before the upgrade the other side still speaks HTTP. */
function refuse(socket: Duplex, error: unknown): void {
  const problem = problemOf(asFault(error))
  const body = JSON.stringify(problem)
  const head = [
    `HTTP/1.1 ${problem.status} ${problem.title}`,
    'content-type: application/problem+json',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}
