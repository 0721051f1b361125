/** Numbers in text as values, so that "1,000", "1000" and "3" and "three" are the same and "3.5" and "35" are not. */

const figure = /\p{N}+(?:[.,:/\u00a0\u202f' ]?\p{N}+)*/gu
/** A mark before exactly three digits groups thousands, in every language that writes 1,000 or 1.000 or 1 000. */
const thousands = /(?<=\p{N})[.,\u00a0\u202f' ](?=\p{N}{3}(?!\p{N}))/gu

const spelt: readonly (readonly [value: number, words: string])[] = [
  [2, 'two zwei dos deux due dois duas twee två to'],
  [3, 'three drei tres trois tre três drie'],
  [4, 'four vier cuatro quatre quattro quatro fyra fire'],
  [5, 'five fünf cinco cinq cinque vijf fem'],
  [6, 'six sechs seis sei zes sex seks'],
  [7, 'seven sieben siete sept sette sete zeven sju syv'],
  [8, 'eight acht ocho huit otto oito åtta otte'],
  [9, 'nine neun nueve neuf nove negen nio ni'],
  [10, 'ten zehn diez dix dieci dez tien tio ti'],
  [11, 'eleven elf once onze undici'],
  [12, 'twelve zwölf doce douze dodici doze twaalf'],
]
/** Too common as other words: Italian "sei" (you are), Danish "to", Spanish "once" in English, French "six" is no trouble. */
const ambiguous = new Set(['to', 'sei', 'once', 'ni', 'ti', 'fire', 'due', 'sex', 'acht', 'elf', 'sete', 'neuf'])
const values = new Map(
  spelt.flatMap(([value, words]) =>
    words
      .split(' ')
      .filter((word) => !ambiguous.has(word))
      .map((word) => [word, String(value)] as const),
  ),
)

/** Values of the figures written in digits. */
export function figuresIn(text: string): readonly string[] {
  return [...text.normalize('NFKC').matchAll(figure)].flatMap(([found]) => valuesOf(found))
}

/** "12 345" may be one number or two: a space joins only groups of three. */
function valuesOf(found: string): readonly string[] {
  return found
    .replaceAll(thousands, '')
    .split(/[\s:/']+/u)
    .map((part) => part.replace(',', '.').replace(/^0+(?=\p{N})/u, ''))
}

/** Those, and the values of small numbers spelt out. */
export function valuesIn(text: string): ReadonlySet<string> {
  const words = text.toLowerCase().match(/\p{L}+/gu) ?? []
  return new Set([...figuresIn(text), ...words.flatMap((word) => values.get(word) ?? [])])
}
