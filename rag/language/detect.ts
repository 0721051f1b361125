/** Which language a text is in, by its commonest words: enough to choose a stemmer, and it says so when it can't tell. */

export const languages = [
  'simple',
  'english',
  'german',
  'spanish',
  'french',
  'italian',
  'portuguese',
  'dutch',
  'swedish',
  'danish',
  'norwegian',
  'finnish',
  'turkish',
  'hungarian',
  'romanian',
  'indonesian',
  'russian',
  'arabic',
  'greek',
  'hindi',
  'tamil',
] as const

/** `simple`: no stemming and no stop words, for scripts and languages without a stemmer. */
export type Language = (typeof languages)[number]

/** The dictionary of Postgres that stems this language; both homes of the database have it. */
export const dictionaryOf = (language: Language): string => (language === 'simple' ? 'simple' : `${language}_stem`)

export const isLanguage = (name: string): name is Language => languages.some((known) => known === name)

const commonWords: Partial<Record<Language, string>> = {
  english:
    'the of and to in is that it was for on are as with they be at this have from or had by not but what were when we there an which do how if will of',
  german:
    'der die und das ist nicht ein eine zu den mit von für auf dem im sich des auch als wie aus bei nach wird sind war einer oder werden dass über',
  spanish:
    'el la los las de que y en un una por con para es del se no su lo más como pero sus este entre cuando muy sobre también hasta hay donde',
  french:
    'le la les de des et un une est dans que qui pour pas sur au aux du avec ce par ne plus sont cette être ou mais été nous vous leur ont',
  italian: 'il lo la gli le di che e un una per con non sono del della dei delle nel nella come più anche questo dal alla è si ma ha',
  portuguese:
    'o os a as de que e do da em um uma para com não por mais dos das como mas foi ao ele sua ou ser quando muito nos já também pelo são',
  dutch: 'de het een en van is dat op te in niet met voor zijn er aan ook als bij door maar om uit dan nog wordt werd deze naar hebben',
  swedish: 'och att det som en på är av för med den till ett inte om har de var jag från vid men sig kan så under eller efter',
  danish: 'og det at en den til er som på de med for af ikke der var et har han jeg om vi blev efter også ved men eller fra kan',
  norwegian: 'og det er som på en av til at med for ikke den har et fra var ble om også jeg men etter seg eller kan ved være',
  finnish: 'ja on ei se että oli ovat mutta myös kun hän joka sen tai kuin niin mitä ole olla sekä hänen vain',
  turkish: 've bir bu için ile da de olarak daha çok olan gibi en kadar sonra ancak değil her ne var ise',
  hungarian: 'az és hogy nem is egy ez volt meg de ki mint csak már kell vagy van azt aki majd még ha el első után lesz között',
  romanian: 'și în de la cu pe că este un nu din pentru mai care sunt ale să ca au fost prin lui sau după fi dintre acest această',
  indonesian: 'yang dan di dengan untuk dari dalam ini itu pada adalah tidak akan oleh sebagai juga atau karena telah ke lebih bisa mereka',
}

const languagesByWord = new Map<string, Language[]>()
for (const [language, words] of Object.entries(commonWords)) {
  if (!isLanguage(language)) continue
  for (const word of words.split(' ')) languagesByWord.set(word, [...(languagesByWord.get(word) ?? []), language])
}

const scripts: readonly (readonly [Language, RegExp])[] = [
  ['russian', /^\p{Script=Cyrillic}/u],
  ['arabic', /^\p{Script=Arabic}/u],
  ['greek', /^\p{Script=Greek}/u],
  ['hindi', /^\p{Script=Devanagari}/u],
  ['tamil', /^\p{Script=Tamil}/u],
]
/** Written without spaces or without a stemmer here. */
const unstemmed =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Hebrew}\p{Script=Bengali}\p{Script=Georgian}]/u

/** Below this share of common words a Latin-script text is in none of the languages we know; prose has 20–50 %. */
const leastShare = 0.04
const sampleWords = 20_000

/** `simple` when no language is clearly there. Source code with English comments counts as English: stemming helps it. */
export function detectLanguage(text: string): Language {
  const words = wordsIn(text)
  const byScript = scriptOf(words, 0.5)
  if (byScript) return byScript
  const [best] = shares(words)
  return best && best.share >= leastShare ? best.language : 'simple'
}

/** What tells one document's language apart from that of the documents around it. */
const clear = { words: 20, share: 0.12, lead: 1.5, different: 4, scriptLetters: 12 }

/** The language that a text is in beyond doubt; undefined for short and mixed texts, which go with those around them. */
export function clearLanguage(text: string): Language | undefined {
  const words = wordsIn(text)
  const byScript = words.join('').length >= clear.scriptLetters ? scriptOf(words, 0.7) : undefined
  if (byScript) return byScript
  if (words.length < clear.words) return undefined
  const [best, second] = shares(words)
  if (!best || best.share < clear.share || best.different < clear.different) return undefined
  return best.share >= clear.lead * (second?.share ?? 0) ? best.language : undefined
}

function wordsIn(text: string): string[] {
  const words: string[] = []
  for (const [word] of text.matchAll(/[\p{L}\p{M}]{2,}/gu)) {
    words.push(word.toLowerCase())
    if (words.length === sampleWords) break
  }
  return words
}

/** The language of the script that more than this share of the words is written in. */
function scriptOf(words: readonly string[], share: number): Language | undefined {
  const strange = words.filter((word) => word.charCodeAt(0) >= 0x370)
  if (strange.length <= words.length * share) return undefined
  for (const [language, script] of scripts) {
    if (strange.filter((word) => script.test(word)).length > words.length * share) return language
  }
  return strange.filter((word) => unstemmed.test(word)).length > words.length * share ? 'simple' : undefined
}

interface Share {
  readonly language: Language
  /** Of the words, those that are common in it. */
  readonly share: number
  /** Different ones among them. */
  readonly different: number
}

/** Best first. */
function shares(words: readonly string[]): readonly Share[] {
  const found = new Map<Language, { count: number; readonly different: Set<string> }>()
  for (const word of words) {
    for (const language of languagesByWord.get(word) ?? []) {
      const known = found.get(language) ?? { count: 0, different: new Set<string>() }
      known.count++
      known.different.add(word)
      found.set(language, known)
    }
  }
  return [...found]
    .map(([language, { count, different }]) => ({ language, share: count / words.length, different: different.size }))
    .sort((left, right) => right.share - left.share)
}
