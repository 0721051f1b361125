/** Server-sent events read from a fetch body, because EventSource cannot POST (WHATWG HTML, 9.2.6). */

export interface SseEvent {
  readonly data: string
  /** By which the stream is continued after this event; undefined when the event has none. */
  readonly id: string | undefined
}

/** Gathers chunks cut anywhere and gives back every event that is complete. */
export interface SseParser {
  push(chunk: string): SseEvent[]
}

export function createSseParser(): SseParser {
  let rest = ''
  let data: string[] = []
  let id: string | undefined
  let first = true

  const take = (line: string, out: SseEvent[]): void => {
    if (line === '') {
      if (data.length > 0) out.push({ data: data.join('\n'), id })
      data = []
      id = undefined
      return
    }
    const colon = line.indexOf(':')
    const field = colon === -1 ? line : line.slice(0, colon)
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (field === 'data') data.push(value)
    if (field === 'id') id = value
  }

  return {
    push(chunk) {
      rest += chunk
      if (first && rest !== '') {
        first = false
        if (rest.startsWith('\uFEFF')) rest = rest.slice(1)
      }
      const out: SseEvent[] = []
      for (;;) {
        const end = rest.search(/[\r\n]/)
        // A lone \r at the end may be the first half of \r\n: wait for the next chunk.
        if (end === -1 || (rest[end] === '\r' && end === rest.length - 1)) return out
        take(rest.slice(0, end), out)
        rest = rest.slice(rest.startsWith('\r\n', end) ? end + 2 : end + 1)
      }
    },
  }
}

/**
 * A response's events, those that arrived together together. Ends with the body, throws when it is cut or aborted; an event
 * that did not come whole is none.
 */
export async function* readSse(body: ReadableStream<Uint8Array>): AsyncGenerator<readonly SseEvent[]> {
  const parser = createSseParser()
  const reader = body.getReader()
  const decoder = new TextDecoder()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      yield parser.push(decoder.decode(value, { stream: true }))
    }
  } finally {
    reader.releaseLock()
  }
}
