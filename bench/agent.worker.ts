/** The model of the agent benchmark: streams one tool call, then, given its result, a few words. */
import { createServer } from 'node:http'
import { parentPort } from 'node:worker_threads'

const head = { id: 'chatcmpl-bench', object: 'chat.completion.chunk', created: 0, model: 'bench' }
const chunk = (delta: unknown, finish: string | null): string =>
  `data: ${JSON.stringify({ ...head, choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`

let calls = 0
const callAnswer = (): string => {
  calls++
  const call = { index: 0, id: `call_${calls}`, type: 'function', function: { name: 'list_datasets', arguments: '{}' } }
  return chunk({ role: 'assistant', content: '', tool_calls: [call] }, null) + chunk({}, 'tool_calls')
}
const wordsAnswer =
  ['There ', 'are ', 'none.'].map((word) => chunk({ role: 'assistant', content: word }, null)).join('') + chunk({}, 'stop')

const server = createServer((request, response) => {
  const parts: Buffer[] = []
  request.on('data', (part: Buffer) => parts.push(part))
  request.on('end', () => {
    const answered = Buffer.concat(parts).includes('"role":"tool"')
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.end(`${answered ? wordsAnswer : callAnswer()}data: [DONE]\n\n`)
  })
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (typeof address === 'object' && address !== null) parentPort?.postMessage(`http://127.0.0.1:${address.port}/v1`)
})
