/** Names and values as SQL text, for the places where DuckDB takes no parameters (file names, columns, types). */

/** A string literal. DuckDB gives backslashes no meaning, so doubling the quote is all there is to it. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** A quoted identifier: any column name, whatever characters it holds. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
