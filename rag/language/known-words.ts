/** Whether a word is a word, documents or not: the only file that knows the dictionary (Hunspell's of English, its entries only). */

export interface KnownWords {
  has(word: string): boolean
}

let english: Promise<KnownWords> | undefined

/** Read once, when first asked for: half a megabyte, some 50,000 entries. */
export function knownEnglish(): Promise<KnownWords> {
  english ??= readEnglish()
  return english
}

async function readEnglish(): Promise<KnownWords> {
  const { default: dictionary } = await import('dictionary-en')
  const entries = new Set<string>()
  for (const line of new TextDecoder().decode(dictionary.dic).split('\n')) {
    const word = /^[a-z]+/.exec(line)?.[0]
    if (word !== undefined) entries.add(word)
  }
  return { has: (word) => formsOf(word).some((form) => entries.has(form)) }
}

/** Endings of English inflection, and what stands in their place in the entry. */
const endings: readonly (readonly [RegExp, readonly string[]])[] = [
  [/ies$/, ['y']],
  [/(?:es|ed|er|ers|est|ing|ings)$/, ['', 'e']],
  [/(?:s|ly|ness|d|r)$/, ['']],
  [/i(?:ed|er|est|ly|ness)$/, ['y']],
]

/** The word and the entries it may be a form of: "planned" is "plann", "planne" and "plan". */
function formsOf(word: string): readonly string[] {
  const stripped = endings.flatMap(([ending, instead]) => (ending.test(word) ? instead.map((letter) => word.replace(ending, letter)) : []))
  const undoubled = stripped.filter((form) => /([b-df-hj-np-tv-z])\1$/.test(form)).map((form) => form.slice(0, -1))
  return [word, ...stripped, ...undoubled].filter((form) => form.length > 1)
}
