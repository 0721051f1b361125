/** A comma-separated list as a literal: tables of words stay readable. */
export const said = (text: TemplateStringsArray): readonly string[] =>
  text
    .join('')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
