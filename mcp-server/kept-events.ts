/** What a session was sent lately, so that a client whose stream was cut can read on from the last event it got. */
import type { EventStore, JSONRPCMessage } from '@modelcontextprotocol/server'

interface Kept {
  readonly id: string
  readonly stream: string
  readonly message: JSONRPCMessage
  readonly bytes: number
}

/** The oldest give way; a client that comes back later than that calls again. */
export function createKeptEvents({ most = 500, mostBytes = 2 * 1024 * 1024 } = {}): EventStore {
  const kept: Kept[] = []
  let bytes = 0
  let count = 0
  return {
    storeEvent: async (stream, message) => {
      count += 1
      const one = { id: `${count}-${stream}`, stream, message, bytes: JSON.stringify(message).length }
      kept.push(one)
      bytes += one.bytes
      while (kept.length > most || (bytes > mostBytes && kept.length > 1)) bytes -= kept.shift()?.bytes ?? 0
      return one.id
    },
    getStreamIdForEventId: async (id) => streamOf(id),
    replayEventsAfter: async (last, { send }) => {
      const stream = streamOf(last)
      const after = Number.parseInt(last, 10)
      for (const { id, message, stream: its } of kept) {
        // The event that only opened the stream carries nothing.
        if (its === stream && Number.parseInt(id, 10) > after && Object.keys(message).length > 0) await send(id, message)
      }
      return stream
    },
  }
}

const streamOf = (id: string): string => id.slice(id.indexOf('-') + 1)
