import { describe, expect, it } from 'vitest'
import { clearLanguage, detectLanguage, dictionaryOf } from './detect.ts'

describe('detectLanguage', () => {
  it.each([
    ['english', 'The defence of the team was one of the best in the league, and it gave up few points.'],
    ['german', 'Die Verteidigung der Mannschaft war eine der besten in der Liga und ließ nicht viele Punkte zu.'],
    ['spanish', 'La defensa del equipo fue una de las mejores de la liga y no cedió muchos puntos en el año.'],
    ['french', 'La défense de cette équipe était une des meilleures de la ligue et ne cédait pas beaucoup de points.'],
    ['dutch', 'De verdediging van het team was een van de beste in de competitie en gaf niet veel punten weg.'],
    ['hungarian', 'A csapat védelme az egyik legjobb volt a ligában, és nem is engedett meg sok pontot.'],
    ['romanian', 'Apărarea echipei a fost una dintre cele mai bune din ligă și nu a cedat multe puncte.'],
    ['indonesian', 'Pertahanan tim ini adalah salah satu yang terbaik di liga dan tidak memberi banyak poin.'],
    ['russian', 'Защита команды была одной из лучших в лиге.'],
    ['simple', '球队的防守是联盟中最好的之一。'],
    ['simple', 'xq zzk 12 wvut qqp'],
    ['simple', ''],
  ])('finds %s', (language, text) => {
    expect(detectLanguage(text)).toBe(language)
  })
  it('takes commented source code as English', () => {
    expect(detectLanguage('// Returns the sum of the values in the list.\nfn sum(values: &[u32]) -> u32 { values.iter().sum() }')).toBe(
      'english',
    )
  })
  it('names the dictionary of Postgres', () => {
    expect([dictionaryOf('german'), dictionaryOf('simple')]).toEqual(['german_stem', 'simple'])
  })
})

describe('clearLanguage', () => {
  it('tells a document in another language from those around it', () => {
    const german =
      'Die Verteidigung der Mannschaft war eine der besten in der Liga und sie ließ nicht viele Punkte zu, was auch am Trainer lag.'
    expect(clearLanguage(german)).toBe('german')
    expect(clearLanguage('Защита команды была одной из лучших в лиге.')).toBe('russian')
    expect(clearLanguage('球队的防守是联盟中最好的之一，他们的教练很高兴。')).toBe('simple')
  })

  it('says nothing of short, mixed and wordless texts', () => {
    for (const text of ['Was ist das', 'the team de la liga und der Punkte '.repeat(5), 'x = 1; y = 2; '.repeat(30), '']) {
      expect(clearLanguage(text)).toBeUndefined()
    }
  })
})
