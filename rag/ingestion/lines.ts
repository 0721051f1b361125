/** A file as lines of bytes, so that one bad or endless line spoils only itself. */

export interface Line {
  /** Counted from 1, as editors do. */
  readonly number: number
  /** Undefined: longer than the limit, and left out. */
  readonly bytes: Uint8Array | undefined
}

const newline = 10
const carriageReturn = 13

/** Lines without their ends; a last line without a newline counts. */
export async function* readLines(source: AsyncIterable<Uint8Array>, longest: number): AsyncGenerator<Line> {
  let number = 1
  let parts: Uint8Array[] = []
  let size = 0
  const take = (): Line => {
    const bytes = size > longest ? undefined : withoutReturn(Buffer.concat(parts))
    parts = []
    size = 0
    return { number: number++, bytes }
  }
  for await (const block of source) {
    let from = 0
    for (let end = block.indexOf(newline); end !== -1; end = block.indexOf(newline, from)) {
      size += end - from
      if (size <= longest) parts.push(block.subarray(from, end))
      yield take()
      from = end + 1
    }
    size += block.length - from
    if (size <= longest) parts.push(block.subarray(from))
    else parts = []
  }
  if (size > 0) yield take()
}

function withoutReturn(bytes: Uint8Array): Uint8Array {
  return bytes.at(-1) === carriageReturn ? bytes.subarray(0, -1) : bytes
}
