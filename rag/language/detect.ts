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
}

const wordsOf = new Map(
  Object.entries(commonWords).flatMap(([name, words]) => (isLanguage(name) ? [[name, new Set(words.split(' '))] as const] : [])),
)

const scripts: readonly (readonly [Language, RegExp])[] = [
  ['russian', /^\p{Script=Cyrillic}/u],
  ['arabic', /^\p{Script=Arabic}/u],
  ['greek', /^\p{Script=Greek}/u],
  ['hindi', /^\p{Script=Devanagari}/u],
  ['tamil', /^\p{Script=Tamil}/u],
]

/** Below this share of common words a Latin-script text is in none of the languages we know; prose has 20–50 %. */
const leastShare = 0.04
const sampleWords = 20_000

/** `simple` when no language is clearly there. Source code with English comments counts as English: stemming helps it. */
export function detectLanguage(text: string): Language {
  const words = (text.match(/[\p{L}\p{M}]{2,}/gu) ?? []).slice(0, sampleWords).map((word) => word.toLowerCase())
  if (words.length === 0) return 'simple'
  for (const [language, script] of scripts) {
    if (words.filter((word) => script.test(word)).length > words.length / 2) return language
  }
  const shares = [...wordsOf].map(([language, common]) => ({
    language,
    share: words.filter((word) => common.has(word)).length / words.length,
  }))
  const best = shares.reduce((left, right) => (right.share > left.share ? right : left))
  return best.share >= leastShare ? best.language : 'simple'
}
