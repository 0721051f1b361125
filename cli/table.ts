/** Text for a terminal: tables, wrapped lines, and nothing in it that could steer the terminal itself. */

/** Data may hold escape sequences, which a terminal would obey; tabs and line ends stay. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  return text.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '\ufffd')
}

/** Breaks at spaces; lines after the first begin with `indent` spaces. */
export function wrap(text: string, width: number, indent: number): string {
  const lines = text.split('\n').map((line) => wrapLine(line, Math.max(width, indent + 20), indent))
  return lines.join(`\n${' '.repeat(indent)}`)
}

function wrapLine(line: string, width: number, indent: number): string {
  let rest = line
  let wrapped = ''
  for (let room = width; rest.length > room; room = width - indent) {
    const at = rest.lastIndexOf(' ', room)
    if (at <= indent && wrapped === '') break
    const cut = at > 0 ? at : room
    wrapped += `${rest.slice(0, cut).trimEnd()}\n${' '.repeat(indent)}`
    rest = rest.slice(cut).trimStart()
  }
  return wrapped + rest
}

/** Columns padded to their widest cell, numbers to the right; cells are cut so that a line fits `width`. */
export function table(head: readonly string[], rows: readonly (readonly unknown[])[], width: number): string {
  const cells = [head.map(String), ...rows.map((row) => row.map(cell))]
  const natural = head.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? '').length)))
  const most = widest(natural, width - 2 * (head.length - 1))
  const widths = natural.map((length) => Math.min(length, most))
  const numeric = head.map((_, column) => rows.length > 0 && rows.every((row) => typeof (row[column] ?? 0) === 'number'))
  return cells
    .map((row) =>
      row
        .map((text, column) => {
          const room = widths[column] ?? most
          const short = text.length > room ? `${text.slice(0, room - 1)}…` : text
          return numeric[column] ? short.padStart(room) : short.padEnd(room)
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** An id is never cut: it is what the next command wants. */
const longestId = 32

/** The widest that a column may be for all of them to fit. */
function widest(natural: readonly number[], room: number): number {
  let most = Math.max(0, ...natural)
  while (most > longestId && natural.reduce((sum, length) => sum + Math.min(length, most), 0) > room) most--
  return most
}

/** One value on one line. */
export function cell(value: unknown): string {
  if (value === null || value === undefined) return '-'
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(5)))
  const text = typeof value === 'string' ? value : typeof value === 'object' ? inner(value) : String(value)
  return printable(text).replaceAll(/\s+/g, ' ')
}

function inner(value: object): string {
  if (Array.isArray(value)) return value.map(cell).join(', ')
  return Object.entries(value)
    .map(([name, field]) => `${name} ${cell(field)}`)
    .join(', ')
}
