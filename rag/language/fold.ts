/** Letters without their accents, for scripts in which an accent modifies a letter: Latin, Greek, and the Russian ё. */

const plain = /^[\p{ASCII}]*$/u
const marked = /([\p{Script=Latin}\p{Script=Greek}])\p{Mn}+/gu
/** Letters that Unicode does not take apart. */
const whole: Readonly<Record<string, string>> = { ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', ł: 'l', đ: 'd', ð: 'd', ı: 'i', þ: 'th', ё: 'е' }
const wholeLetters = new RegExp(`[${Object.keys(whole).join('')}]`, 'gu')

/** `café` → `cafe`; `हिंदी` stays. Of lower-case text. */
export function foldAccents(text: string): string {
  if (plain.test(text)) return text
  return text
    .replace(wholeLetters, (letter) => whole[letter] ?? letter)
    .normalize('NFD')
    .replace(marked, '$1')
    .normalize('NFC')
}
