/**
 * A collection made from a seed, for machines without one: topics with words of their own among common ones whose frequencies
 * fall as Zipf's law says. Words are inflected, so that stemming counts; a document is relevant by its topic, not by its words.
 */
import { type Chance, chanceOf } from '../seeded.ts'
import type { BenchCollection, BenchQuery, SourceText } from './collection.ts'

const topics = 80
const documentsPerTopic = 8
const queriesPerTopic = 2
const wordsPerTopic = 14
const commonWords = 4000
/** Of the words of a sentence. */
const topicShare = 0.1
const functionWords = 'the the the of of and and to in in a is that for it as was with be by on not this are or from at which an has'.split(
  ' ',
)
const functionShare = 0.4
const endings = ['', '', '', 's', 'ed', 'ing']
const onsets = 'b br c ch cl d dr f fl g gr h j k l m n p pl pr qu r s sh sl st t tr v w z'.split(' ')
const vowels = 'a e i o u ai ea oo'.split(' ')
const codas = 'b ck d g l m n nd nt p r rk rt st t x'.split(' ')

export function generatedCollection(): BenchCollection {
  const chance = chanceOf(7)
  const common = Array.from({ length: commonWords }, () => stem(chance))
  const words = Array.from({ length: topics }, () => Array.from({ length: wordsPerTopic }, () => stem(chance)))
  const documents: SourceText[] = []
  const queries: BenchQuery[] = []
  const commonWord = (): string =>
    chance.next() < functionShare ? chance.pick(functionWords) : inflect(chance, common[Math.floor(commonWords ** chance.next()) - 1] ?? '')
  for (const [topic, own] of words.entries()) {
    const topicWord = (): string => inflect(chance, own[Math.floor(wordsPerTopic * chance.next() ** 2)] ?? '')
    const sentence = (length: number): string => {
      const said = Array.from({ length }, () => (chance.next() < topicShare ? topicWord() : commonWord())).join(' ')
      return `${said.charAt(0).toUpperCase()}${said.slice(1)}.`
    }
    const ids = Array.from({ length: documentsPerTopic }, (_, number) => `topic-${topic}-${number}`)
    for (const id of ids) {
      const text = Array.from({ length: 3 + chance.index(6) }, () => sentence(8 + chance.index(12))).join(' ')
      documents.push({ id, title: `${topicWord()} ${commonWord()}`, text })
    }
    for (let asked = 0; asked < queriesPerTopic; asked++) {
      const text = chance.shuffled([topicWord(), topicWord(), topicWord(), commonWord(), commonWord(), commonWord()]).join(' ')
      queries.push({ text, judged: new Map(ids.map((id) => [id, 1])) })
    }
  }
  return { name: 'generated', documents: chance.shuffled(documents), queries }
}

/** Two syllables, like English enough for its stemmer. */
function stem(chance: Chance): string {
  return `${chance.pick(onsets)}${chance.pick(vowels)}${chance.pick(codas)}${chance.pick(vowels)}${chance.pick(codas)}`
}

const inflect = (chance: Chance, word: string): string => `${word}${chance.pick(endings)}`
