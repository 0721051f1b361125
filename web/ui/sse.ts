/** Server-sent events read from a fetch body, because EventSource cannot POST (WHATWG HTML, 9.2.6). */

/** Gathers chunks cut anywhere and gives back the data of every event that is complete. */
export interface SseParser {
  push(chunk: string): string[]
}

export function createSseParser(): SseParser {
  let rest = ''
  let data: string[] = []
  let first = true

  const take = (line: string, out: string[]): void => {
    if (line === '') {
      if (data.length > 0) out.push(data.join('\n'))
      data = []
      return
    }
    const colon = line.indexOf(':')
    const field = colon === -1 ? line : line.slice(0, colon)
    if (field !== 'data') return
    const value = colon === -1 ? '' : line.slice(colon + 1)
    data.push(value.startsWith(' ') ? value.slice(1) : value)
  }

  return {
    push(chunk) {
      rest += chunk
      if (first && rest !== '') {
        first = false
        if (rest.startsWith('\uFEFF')) rest = rest.slice(1)
      }
      const out: string[] = []
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

/** The data of a response's events, those that arrived together together. Ends with the body; throws when it is cut or aborted. */
export async function* readSse(body: ReadableStream<Uint8Array>): AsyncGenerator<readonly string[]> {
  const parser = createSseParser()
  const reader = body.getReader()
  const decoder = new TextDecoder()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) {
        yield parser.push(`${decoder.decode()}\n\n`)
        return
      }
      yield parser.push(decoder.decode(value, { stream: true }))
    }
  } finally {
    reader.releaseLock()
  }
}
