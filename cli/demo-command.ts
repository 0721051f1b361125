/** `millrace demo`: the arguments of the story, and who tells it. */
import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { Fault } from '../platform/fault.ts'
import { runDemo } from './demo.ts'
import type { Io } from './io.ts'
import type { ToolClient } from './tool-client.ts'

export interface DemoFiles {
  readonly data: string
  readonly target: string
  readonly docs: string
  /** Folders the tools must be allowed to read for these files. */
  readonly folders: readonly string[]
}

const sample = join(import.meta.dirname, '../examples/sample')

/** Without arguments the sample files. Throws `usage`. */
export function readDemoFiles(argv: readonly string[]): DemoFiles {
  const options = { data: { type: 'string' }, target: { type: 'string' }, docs: { type: 'string' } } as const
  const { data, target, docs } = parse(() => parseArgs({ args: [...argv], options, strict: true }).values)
  if ((data === undefined) !== (target === undefined))
    throw new Fault('usage', 'millrace demo wants --data FILE and --target COLUMN together, or neither.')
  const files = { data: resolve(data ?? join(sample, 'customers.csv')), docs: resolve(docs ?? join(sample, 'handbook')) }
  return { ...files, target: target ?? 'churned', folders: [dirname(files.data), dirname(files.docs)] }
}

function parse<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw new Fault(
      'usage',
      `${error instanceof Error ? error.message : 'Wrong flags'}. Usage: millrace demo [--data FILE --target COLUMN] [--docs FILE|FOLDER]`,
    )
  }
}

export async function tellDemo(files: DemoFiles, { client, io }: { readonly client: ToolClient; readonly io: Io }): Promise<number> {
  const started = performance.now()
  const call = async (tool: string, input: unknown): Promise<unknown> => {
    const outcome = await client.call({ tool, input, signal: io.signal })
    if (outcome.kind !== 'done') throw new Fault('internal', `${tool} is ${outcome.kind} where the demo expected a result.`)
    return outcome.data
  }
  await runDemo({ ...files, call, suffix: Date.now().toString(36), say: (line) => io.out(`${line}\n`) })
  io.out(`Every step really happened, in ${((performance.now() - started) / 1000).toFixed(0)} s.\n`)
  return 0
}
