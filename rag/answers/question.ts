/** What kind of thing a question asks for, by its question words, and what such things look like in a sentence. */

export type AnswerKind = 'number' | 'date' | 'name' | 'open'

/** English, German, Spanish and French; first match wins, so the more particular come first. */
const cues: readonly (readonly [AnswerKind, RegExp])[] = [
  [
    'number',
    /\b(how (many|much|long|far|old|tall|high|deep|large|big|often|fast)|what (percentage|percent|number|amount|proportion|share)|wie\s?(viele?n?|oft|lange?|hoch|weit|groß|alt|tief)|welche[rs]? (anteil|prozentsatz|anzahl|zahl)|cu[aá]nt[oa]s?|qué (porcentaje|número|cantidad)|combien|quel (pourcentage|nombre))(?!\p{L})/iu,
  ],
  [
    'date',
    /\b((?:when)|(?:what|which|in what|in which) (?:year|month|day|date|century|decade)|since when|wann|(?:in )?welche[mnrs]? (?:jahr|monat|tag|jahrhundert|jahrzehnt|datum)|cu[aá]ndo|(?:en )?qu[eé] (?:año|mes|día|siglo|década|fecha)|quand|(?:en )?quelle (?:année|date))(?!\p{L})/iu,
  ],
  [
    'name',
    /\b(who|whom|whose|where|which|what (?:is the name|city|country|person|company|team|state|place)|wer|wem|wen|wessen|wo|woher|wohin|quién(?:es)?|dónde|adónde|qui|où)(?!\p{L})/iu,
  ],
]

export function answerKind(question: string): AnswerKind {
  return cues.find(([, cue]) => cue.test(question))?.[0] ?? 'open'
}

const numberWords =
  'one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|hundred|thousand|million|billion|half|twice|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf|zwanzig|dreißig|hundert|tausend|millionen?|milliarden?|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|veinte|treinta|cien|mil|millones|deux|trois|quatre|cinq|sept|huit|neuf|dix|cent|mille'
const months =
  'January|February|March|April|May|June|July|August|September|October|November|December|Januar|Februar|März|Mai|Juni|Juli|Oktober|Dezember|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre|janvier|février|mars|avril|juin|juillet|août|septembre|octobre|novembre|décembre'

/** What an answer of each kind may look like; `open` has no shape. */
const shapes: Readonly<Record<Exclude<AnswerKind, 'open'>, RegExp>> = {
  number: new RegExp(
    `(?<![\\p{L}\\p{N}])(?:[$€£]\\s?)?(?:\\p{N}+(?:[.,]\\p{N}+)*(?:\\s?%|\\s(?:percent|Prozent|por ciento|million|billion|Millionen|Milliarden|millones))?|(?:${numberWords})(?!\\p{L}))`,
    'giu',
  ),
  date: new RegExp(
    `(?<![\\p{L}\\p{N}])(?:(?:\\p{N}{1,2}(?:\\.|st|nd|rd|th)?\\s(?:de\\s)?)?(?:${months})(?:\\s(?:de\\s)?\\p{N}{1,2}(?:st|nd|rd|th)?(?!\\p{N}))?(?:,?\\s(?:de\\s)?\\p{N}{4})?|\\p{N}{3,4}s?|\\p{N}{1,2}(?:st|nd|rd|th|\\.)\\s(?:century|centuries|Jahrhundert))(?![\\p{L}\\p{N}])`,
    'giu',
  ),
  name: /(?<![\p{L}\p{N}])\p{Lu}[\p{L}\p{M}\p{N}'’.-]*(?:\s(?:(?:of|the|de|la|von|der|del|du|and|&)\s)?\p{Lu}[\p{L}\p{M}\p{N}'’-]*)*/gu,
}

export interface Candidate {
  readonly start: number
  readonly end: number
}

/** Stretches of the sentence that look like an answer of this kind and do not repeat the question. */
export function candidatesIn(sentence: string, kind: AnswerKind, question: string): readonly Candidate[] {
  if (kind === 'open') return []
  const asked = question.toLowerCase()
  return [...sentence.matchAll(shapes[kind])]
    .filter(([found]) => !asked.includes(found.toLowerCase()))
    .map((match) => ({ start: match.index, end: match.index + match[0].replace(/[.'’-]+$/u, '').length }))
}
