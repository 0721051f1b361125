/** The parser must not care where the network cuts the stream. */
import { describe, expect, it } from 'vitest'
import { createSseParser, readSse } from './sse.ts'

const stream = ': hello\r\ndata: {"a":1}\r\n\r\nevent: x\ndata: one\ndata:two\n\nid: 7\ndata\n\n'
const expected = [
  { data: '{"a":1}', id: undefined },
  { data: 'one\ntwo', id: undefined },
  { data: '', id: '7' },
]

describe('server-sent events', () => {
  it('come out whole wherever the stream is cut', () => {
    for (let size = 1; size <= stream.length; size++) {
      const parser = createSseParser()
      const out: unknown[] = []
      for (let from = 0; from < stream.length; from += size) out.push(...parser.push(stream.slice(from, from + size)))
      expect(out, `chunks of ${size}`).toEqual(expected)
    }
  })

  it('accept a carriage return alone as a line end and a byte order mark', () => {
    expect(createSseParser().push('\uFEFFdata: x\r\rdata: y\r\r.')).toMatchObject([{ data: 'x' }, { data: 'y' }])
  })

  it('decode letters whose bytes arrive in two chunks, and leave out what did not come whole', async () => {
    const bytes = new TextEncoder().encode('data: Mühle 水車\n\ndata: half')
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const byte of bytes) controller.enqueue(new Uint8Array([byte]))
        controller.close()
      },
    })
    const out: string[] = []
    for await (const events of readSse(body)) out.push(...events.map(({ data }) => data))
    expect(out).toEqual(['Mühle 水車'])
  })
})
