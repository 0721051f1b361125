/** For tests of the routes for collections: the real server with the document tools, and tokens of every role. */
import { request } from 'node:http'
import { z } from 'zod'
import { addDocumentsTool } from '../../tools/add-documents.ts'
import { askDocumentsTool } from '../../tools/ask-documents.ts'
import { deleteDocumentsTool } from '../../tools/delete-documents.ts'
import { exportCollectionTool } from '../../tools/export-collection.ts'
import { getDocumentTool } from '../../tools/get-document.ts'
import { importCollectionTool } from '../../tools/import-collection.ts'
import { listCollectionsTool } from '../../tools/list-collections.ts'
import { listDocumentsTool } from '../../tools/list-documents.ts'
import { recordFeedbackTool } from '../../tools/record-feedback.ts'
import { searchDocumentsTool } from '../../tools/search-documents.ts'
import type { TestOptions } from '../../tools/testing.ts'
import { type Answer, openTestServer, type SendOptions, type TestServer } from './test-server.ts'

const tools = [
  addDocumentsTool,
  askDocumentsTool,
  deleteDocumentsTool,
  exportCollectionTool,
  getDocumentTool,
  importCollectionTool,
  listCollectionsTool,
  listDocumentsTool,
  recordFeedbackTool,
  searchDocumentsTool,
]

export interface RagServer extends Pick<TestServer, 'url' | 'millrace' | 'close'> {
  as(role: Role, name?: string): Promise<Readonly<Record<string, string>>>
  send(path: string, options?: SendOptions & { readonly as?: Role }): Promise<Answer>
  /** Bytes out and in; without any it is a GET. */
  sendBytes(path: string, bytes: Uint8Array, headers?: Readonly<Record<string, string>>): Promise<Answer & { readonly bytes: Buffer }>
}

type Role = 'viewer' | 'builder' | 'admin'

export async function openRagServer(ground: Pick<TestOptions, 'db' | 'ports'> = {}): Promise<RagServer> {
  const server = await openTestServer({ tools, ...ground, auth: 'token', uploadLimit: 2_000_000, bodyLimit: 200_000 })
  const tokens = new Map<string, string>()
  /** As somebody with a token of this role. */
  async function as(role: Role, name: string = role): Promise<Readonly<Record<string, string>>> {
    const token = tokens.get(name) ?? (await server.millrace.platform.identity.mint({ name, kind: 'person', role })).token
    tokens.set(name, token)
    return { authorization: `Bearer ${token}` }
  }

  async function send(path: string, options: SendOptions & { readonly as?: Role } = {}): Promise<Answer> {
    const { as: role = 'admin', headers, ...rest } = options
    return server.send(path, { ...rest, headers: { ...(await as(role)), ...headers } })
  }

  /** Bytes out and in; what `send` does with text. */
  async function sendBytes(
    path: string,
    bytes: Uint8Array,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer & { readonly bytes: Buffer }> {
    const all = { ...(await as('admin')), ...headers }
    return new Promise((resolve, reject) => {
      const sent = request(`${server.url}${path}`, { method: bytes.length === 0 ? 'GET' : 'POST', headers: all, agent: false }, (res) => {
        const chunks: Buffer[] = []
        res.on('data', (chunk: Buffer) => chunks.push(chunk))
        res.on('end', () => {
          const got = Buffer.concat(chunks)
          const text = got.toString()
          resolve({
            status: res.statusCode ?? 0,
            headers: res.headers,
            bytes: got,
            text,
            json: text.startsWith('{') ? JSON.parse(text) : undefined,
          })
        })
      })
      sent.on('error', reject)
      sent.end(bytes)
    })
  }
  return { url: server.url, millrace: server.millrace, close: server.close, as, send, sendBytes }
}

export const handbook = [
  {
    _id: 'guides/leave.md',
    title: 'Leave',
    format: 'markdown',
    text: '# Leave\n\nEach parent may take 30 days of paid leave.\n',
    metadata: { topic: 'people' },
  },
  { _id: 'travel', title: 'Travel', text: 'Flights are booked by the office in Lisbon.', metadata: { topic: 'money' } },
  { _id: 'späße 🙂?#&', title: 'Fun', format: 'html', text: '<p>The summer party is in the <b>harbour</b>.</p><script>x</script>' },
  { _id: 'secret', title: 'Salaries', text: 'The salary of the captain is nine anchors.', readers: ['role:admin'] },
]
export const hits = z.object({ hits: z.array(z.object({ document: z.string(), text: z.string() })) })
export const documentsIn = (answer: Answer): readonly string[] => hits.parse(answer.json).hits.map(({ document }) => document)
