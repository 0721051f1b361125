/** The parameters of `tools/call` for a handler that the SDK has validated the request for already: read, not validated a second time. */
import type { StandardSchemaV1 } from '@modelcontextprotocol/server'

export interface CallParams {
  readonly name: string
  readonly arguments: Readonly<Record<string, unknown>>
}

export const callParams: StandardSchemaV1<unknown, CallParams> = {
  '~standard': {
    version: 1,
    vendor: 'millrace',
    validate: (params) => {
      if (typeof params !== 'object' || params === null || !('name' in params) || typeof params.name !== 'string')
        return { issues: [{ message: 'a call names its tool' }] }
      const args = 'arguments' in params ? params.arguments : undefined
      return { value: { name: params.name, arguments: typeof args === 'object' && args !== null ? { ...args } : {} } }
    },
  },
}
