/** Resources of the suite: a text, a picture, a template, and one to watch. */
import type { ResourceKind } from '../resource-kind.ts'
import { picture } from './media.ts'

export const resources: readonly ResourceKind[] = [
  fixed('static-text', 'text/plain', { text: 'This is the content of the static text resource.' }),
  fixed('static-binary', 'image/png', { blob: picture }),
  fixed('watched-resource', 'text/plain', { text: 'Watched resource content' }),
  {
    name: 'template',
    title: 'Resource Template',
    description: 'A resource with a parameter',
    uri: 'test://template/{id}/data',
    mimeType: 'application/json',
    through: [],
    list: async () => ({ resources: [] }),
    read: async (_reader, { id }, uri) => [
      { uri, mimeType: 'application/json', text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }) },
    ],
  },
]

function fixed(name: string, mimeType: string, content: { readonly text: string } | { readonly blob: string }): ResourceKind {
  const uri = `test://${name}`
  return {
    name,
    title: name,
    description: `The resource ${name} of the suite`,
    uri,
    mimeType,
    through: [],
    list: async () => ({ resources: [{ uri, name, mimeType, description: `The resource ${name} of the suite` }] }),
    read: async () => [{ uri, mimeType, ...content }],
  }
}
