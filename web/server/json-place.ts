/** Where JSON stops being JSON: the engine names a position only for some mistakes, so the others are found by halving. */

/** Above this a search by halving would hold the event loop; the engine's own words must do. */
const searchable = 64 * 1024

/** The line and column (both from 1) of the first character that cannot be JSON; undefined when it is not known. */
export function jsonErrorPlace(text: string): { readonly line: number; readonly column: number } | undefined {
  const failure = failureOf(text)
  if (failure === undefined) return undefined
  const position = failure.position ?? (failure.cut ? text.length : text.length <= searchable ? search(text) : undefined)
  if (position === undefined) return undefined
  const before = text.slice(0, position)
  return { line: before.split('\n').length, column: position - before.lastIndexOf('\n') }
}

/** The longest prefix that is only unfinished, not wrong: every longer one is wrong, so halving finds its end. */
function search(text: string): number {
  let fine = 0
  let wrong = text.length
  while (wrong - fine > 1) {
    const middle = (fine + wrong) >> 1
    const failure = failureOf(text.slice(0, middle))
    if (failure === undefined || failure.cut || (failure.position ?? 0) >= middle) fine = middle
    else wrong = middle
  }
  return fine
}

function failureOf(text: string): { readonly cut: boolean; readonly position: number | undefined } | undefined {
  try {
    JSON.parse(text)
    return undefined
  } catch (error) {
    const message = String(error)
    const position = /at position (\d+)/.exec(message)?.[1]
    return { cut: message.includes('end of JSON input'), position: position === undefined ? undefined : Number(position) }
  }
}
