/** What happened, told to whoever listens in this process: the page's live views and waiting callers. */
import { EventEmitter } from 'node:events'

export type PlatformEvent =
  | {
      readonly type: 'run'
      readonly workspace: string
      readonly run: string
      readonly tool: string
      readonly state: string
      readonly progress?: { readonly fraction?: number; readonly message: string }
    }
  | { readonly type: 'approval'; readonly workspace: string; readonly approval: string; readonly tool: string; readonly state: string }
  /** Agents were stopped in the workspace, or may go on. */
  | { readonly type: 'halt'; readonly workspace: string; readonly halted: boolean }
  | {
      readonly type: 'call'
      readonly workspace: string
      readonly call: string
      readonly tool: string
      readonly caller: string
      readonly ok: boolean
    }

export interface Events {
  publish(event: PlatformEvent): void
  /** Returns the way to stop listening. */
  subscribe(listener: (event: PlatformEvent) => void): () => void
}

export function createEvents(): Events {
  const emitter = new EventEmitter()
  emitter.setMaxListeners(0)
  return {
    publish: (event) => void emitter.emit('event', event),
    subscribe: (listener) => {
      emitter.on('event', listener)
      return () => void emitter.off('event', listener)
    },
  }
}
