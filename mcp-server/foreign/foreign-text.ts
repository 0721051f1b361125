/** Words of a foreign server made fit to be shown: nothing in them that a person would not see. */

/**
 * What displays as nothing but reaches a model: controls, format characters (bidi marks, zero width, tags), variation
 * selectors, private use, unassigned, fillers. Joiners inside emoji go too; descriptions lose nothing that matters.
 */
const hidden = /\p{Cc}|\p{Cf}|\p{Co}|\p{Cn}|\p{Cs}|\p{DI}|\u2800/gu

/** Spaces for line ends, hidden characters removed, at most `most` characters. */
export function plainWords(text: string, most: number): string {
  const spaced = text
    .slice(0, most * 4)
    .toWellFormed()
    .replace(/[\s\u2028\u2029]+/gu, ' ')
  const shown = spaced.replace(hidden, '').trim()
  return shown.length > most
    ? `${shown
        .slice(0, most - 1)
        .toWellFormed()
        .trimEnd()}…`
    : shown
}

/** For results: line ends stay, and what the database cannot keep, a terminal would obey or nobody sees (tags) goes. */
export function plainText(text: string): string {
  const lines = text.toWellFormed().replace(/\r\n?/g, '\n')
  return lines.replace(/\p{Cc}|[\u{e0000}-\u{e007f}]/gu, (found) => (found === '\n' || found === '\t' ? found : ''))
}
