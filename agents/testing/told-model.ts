/**
 * A model that does as it is told, for tests of the chat: each line of the person's message is a tool and its JSON arguments,
 * all called at once; "then" on a line of its own begins the next answer. Without calls left it repeats the last result.
 */
import { BaseChatModel } from '@langchain/core/language_models/chat_models'
import { AIMessage, type BaseMessage, HumanMessage, ToolMessage } from '@langchain/core/messages'
import type { ChatResult } from '@langchain/core/outputs'
import type { ChosenModel } from '../models.ts'

class ToldModel extends BaseChatModel {
  constructor() {
    super({})
  }

  override _llmType(): string {
    return 'told'
  }

  override bindTools(): this {
    return this
  }

  override async _generate(messages: BaseMessage[]): Promise<ChatResult> {
    const at = messages.findLastIndex((message) => HumanMessage.isInstance(message))
    const turn = messages.slice(at + 1)
    const answers = turn.filter((message) => AIMessage.isInstance(message)).length
    const lines =
      (messages[at]?.text ?? '')
        .split(/^then$/mu)
        [answers]?.trim()
        .split('\n') ?? []
    const calls = lines.flatMap((line, index) => {
      const [, name, json] = /^(\w+) (\{.*\})$/u.exec(line.trim()) ?? []
      return name === undefined
        ? []
        : [{ id: `told-${answers}-${index}`, name, args: JSON.parse(json ?? '{}'), type: 'tool_call' as const }]
    })
    const last = turn.findLast((message) => ToolMessage.isInstance(message))?.text.split('\n', 1)[0]
    const text = calls.length > 0 ? '' : (last ?? `You said: ${messages[at]?.text}`)
    return { generations: [{ text, message: new AIMessage({ content: text, tool_calls: calls }) }] }
  }
}

export const toldModel: ChosenModel = {
  name: 'told',
  provider: 'test',
  hosted: true,
  models: [{ name: 'told', provider: 'test', model: new ToldModel(), tellsEnd: false }],
}
