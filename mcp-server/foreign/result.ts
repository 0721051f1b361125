/** What a foreign tool answered, in the two halves every result has here; never more than it may say, never pictures. */
import { Fault } from '../../platform/fault.ts'
import type { ToolResult } from '../../tools/tool.ts'
import { isDeeper } from '../message-limits.ts'
import { plainText, plainWords } from './foreign-text.ts'
import type { Hide } from './own-secrets.ts'

/** The parts of a call's result that are read. */
export interface Answer {
  readonly isError?: boolean | undefined
  readonly content: readonly AnswerBlock[]
  readonly structuredContent?: unknown
}

export interface AnswerBlock {
  readonly type: string
  readonly text?: string
  /** Of a link or an embedded resource. */
  readonly uri?: string
  readonly mimeType?: string | undefined
}

const mostText = 100_000
const mostStructured = 1_048_576
const deepestStructured = 64

/** Throws `invalid_input` for a result that says it failed, `too_large` for one that cannot be kept. */
export function resultOf(tool: string, server: string, answer: Answer, hide: Hide): ToolResult<Record<string, unknown>> {
  const dropped: string[] = []
  const words = hide(answer.content.flatMap((block) => wordsOf(block, dropped)).join('\n'))
  if (answer.isError)
    throw new Fault(
      'invalid_input',
      `${tool} says that it failed: "${plainWords(words, 500) || 'no reason given'}". These are words of ${server}.`,
    )
  const text = words.length > mostText ? words.slice(0, mostText).toWellFormed() : words
  if (words.length > mostText) dropped.push(`${words.length - mostText} characters of text`)
  const structured = structuredOf(tool, answer.structuredContent, hide)
  const notes = dropped.length > 0 ? `\n[Left out: ${dropped.join(', ')}.]` : ''
  const content = `${text || (structured ? JSON.stringify(structured).slice(0, mostText) : 'Done; the tool said nothing.')}${notes}`
  return { content, data: { text, ...(structured ? { structured } : {}), ...(dropped.length > 0 ? { dropped } : {}) } }
}

function wordsOf(block: AnswerBlock, dropped: string[]): string[] {
  if (block.type === 'resource_link') return [`Resource: ${plainWords(block.uri ?? '', 500)}`]
  if (block.text !== undefined) return [plainText(block.text)]
  dropped.push(`one ${plainWords(block.type, 20)}${block.mimeType ? ` (${plainWords(block.mimeType, 40)})` : ''}`)
  return []
}

function structuredOf(tool: string, structured: unknown, hide: Hide): Record<string, unknown> | undefined {
  if (typeof structured !== 'object' || structured === null || Array.isArray(structured)) return undefined
  if (isDeeper(structured, deepestStructured))
    throw new Fault('too_large', `${tool} answered with data nested deeper than ${deepestStructured} levels. Ask for less.`)
  const text = hide(JSON.stringify(structured))
  if (text.length > mostStructured)
    throw new Fault(
      'too_large',
      `${tool} answered with ${Math.round(text.length / 1_048_576)} MB of data; at most 1 MB is taken. Ask for less.`,
    )
  return JSON.parse(text, (_key, value: unknown) => (typeof value === 'string' ? plainText(value) : value))
}
