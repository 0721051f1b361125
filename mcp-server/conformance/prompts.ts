/** Prompts of the suite: plain, with arguments, with a resource, with a picture, and one that asks first. */
import { acceptedContent, type GetPromptResult, inputRequired } from '@modelcontextprotocol/server'
import { z } from 'zod'
import type { PromptJob } from '../prompt.ts'
import { askFor } from './forms.ts'
import { picture } from './media.ts'

type Content = GetPromptResult['messages'][number]['content']

const user = (...content: readonly Content[]): GetPromptResult => ({ messages: content.map((one) => ({ role: 'user', content: one })) })
const text = (words: string): Content => ({ type: 'text', text: words })
const argument = (name: string) => ({ name, description: `The argument ${name}`, required: true })
const context = z.object({ context: z.string() })

export const prompts: readonly PromptJob[] = [
  prompt('test_simple_prompt', [], () => user(text('This is a simple prompt for testing.'))),
  prompt('test_prompt_with_arguments', ['arg1', 'arg2'], ({ arg1, arg2 }) =>
    user(text(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`)),
  ),
  prompt('test_prompt_with_embedded_resource', ['resourceUri'], ({ resourceUri = '' }) =>
    user(
      { type: 'resource', resource: { uri: resourceUri, mimeType: 'text/plain', text: 'Embedded resource content for testing.' } },
      text('Please process the embedded resource above.'),
    ),
  ),
  prompt('test_prompt_with_image', [], () =>
    user({ type: 'image', data: picture, mimeType: 'image/png' }, text('Please analyze the image above.')),
  ),
  prompt('test_input_required_result_prompt', [], (_args, { mcpReq }) => {
    const given = acceptedContent(mcpReq.inputResponses, 'user_context', context)
    if (given) return user(text(`Use the following context: ${given.context}`))
    return inputRequired({
      inputRequests: { user_context: askFor('What context should the prompt use?', { context: { type: 'string' } }) },
    })
  }),
]

function prompt(name: string, names: readonly string[], render: PromptJob['render']): PromptJob {
  return { name, title: name, description: `The prompt ${name} of the suite`, arguments: names.map(argument), through: [], render }
}
