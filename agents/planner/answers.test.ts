import { describe, expect, it } from 'vitest'
import { asksAbility, corrected, picked } from './answers.ts'
import { emptyWorld, type World } from './contract.ts'

const world: World = { ...emptyWorld, datasets: { may: [], june: [] } }
const offered = (text: string): Parameters<typeof picked>[1] => [{ role: 'assistant', text }]

describe('picking what was offered', () => {
  it.each([
    ['the second one', 'Which do you mean: may or june?', 'june'],
    ['first please', 'There is no dataset "ma". Did you mean "may" or "june"?', 'may'],
    ['use the last', 'I need a version (1, 2, 7). Which should it be?', '7'],
    ['the latter', 'may or june?', 'june'],
  ])('%s, after: %s', (message, question, option) => {
    expect(picked(message, offered(question), world)).toBe(option)
  })

  it.each(['the second one is wrong', 'profile june', 'first profile may'])('picks nothing with: %s', (message) => {
    expect(picked(message, offered('may or june?'), world)).toBeUndefined()
  })

  it('picks nothing when nothing was asked, and nothing beyond what was offered', () => {
    expect(picked('the first', [], world)).toBeUndefined()
    expect(picked('the third', offered('may or june?'), world)).toBeUndefined()
  })
})

describe('taking something back', () => {
  it.each([
    ['train a tree... actually no, do logistic', ['train a tree'], 'do logistic'],
    ['profile may, no wait, june', ['profile may'], 'june'],
    ['split 80/20 - scratch that - 70/30', ['split 80/20 '], '70/30'],
    ['profile may, no wait, june. I mean july', ['profile may', 'june'], 'july'],
  ])('%s', (message, before, after) => {
    expect(corrected(message)).toEqual({ before, after })
  })

  it.each(['what does it actually do?', 'actually, profile may', 'I mean the model'])('nothing is taken back in: %s', (message) => {
    expect(corrected(message)).toBeUndefined()
  })
})

describe('asking what can be done', () => {
  it.each(['do you support canaries?', 'are you able to retrain models?', 'what are you good at?', 'can you retrain models by yourself?'])(
    '%s',
    (message) => {
      expect(asksAbility(message)).toBe(true)
    },
  )

  it.each(['can you profile may?', 'do it', 'could you train a tree?'])('but not: %s', (message) => {
    expect(asksAbility(message)).toBe(false)
  })
})
