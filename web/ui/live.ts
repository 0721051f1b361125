/** What happens on the server right now, over `/ws`: runs, approvals, calls. A lost connection comes back by itself. */
import { useEffect, useRef } from 'react'
import { isRecord, type Json, parseJson, textAt } from './json.ts'
import { createStore } from './store.ts'

export interface LiveEvent {
  readonly type: string
  readonly json: Json
}

/** Whether the page hears the server. */
export const connection = createStore<'connecting' | 'live' | 'lost'>('connecting')

const listeners = new Set<(event: LiveEvent) => void>()
let socket: WebSocket | undefined
let attempts = 0

/** Opens the socket once; called by the frame when the session is open. Returns the way to close it. */
export function listen(): () => void {
  let stopped = false
  let timer: ReturnType<typeof setTimeout> | undefined

  const connect = (): void => {
    const address = new URL('/ws', window.location.href)
    address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:'
    socket = new WebSocket(address)
    socket.onopen = () => {
      attempts = 0
      connection.set('live')
      // Whatever was missed while the connection was down is read again.
      tell({ type: 'reconnected', json: {} })
    }
    socket.onmessage = ({ data }) => {
      const json = typeof data === 'string' ? parseJson(data) : undefined
      const type = textAt(json, 'type')
      if (isRecord(json) && type !== undefined) tell({ type, json })
    }
    socket.onclose = () => {
      if (stopped) return
      connection.set('lost')
      timer = setTimeout(connect, Math.min(30_000, 500 * 2 ** attempts))
      attempts += 1
    }
  }

  connect()
  return () => {
    stopped = true
    clearTimeout(timer)
    socket?.close()
  }
}

/** Calls `listener` for every live event while the component is shown. */
export function useLive(listener: (event: LiveEvent) => void): void {
  const latest = useRef(listener)
  useEffect(() => {
    latest.current = listener
  })
  useEffect(() => {
    const relay = (event: LiveEvent): void => latest.current(event)
    listeners.add(relay)
    return () => void listeners.delete(relay)
  }, [])
}

function tell(event: LiveEvent): void {
  for (const listener of listeners) listener(event)
}
