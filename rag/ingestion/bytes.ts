/** Documents that came over the network, put where the reading thread finds files: they are read like any other. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SourceFile } from './files.ts'
import { formatOfContentType, formatOfName } from './formats.ts'

export interface ReceivedBytes {
  /** Becomes the document's id: a file's name or an address. */
  readonly name: string
  readonly bytes: Uint8Array
  /** As the server or the uploader says; it outweighs the name's ending, and that the first bytes. */
  readonly contentType?: string
  /** Where it was fetched from; kept as metadata `url`. */
  readonly url?: string
  readonly metadata?: Readonly<Record<string, unknown>>
  readonly readers?: readonly string[]
}

export interface HeldBytes extends AsyncDisposable {
  /** For `openReader` or `readDocuments`, in the order given; gone when this is disposed of. */
  readonly files: readonly SourceFile[]
}

/** Written to a folder that only this user can read. */
export async function holdBytes(received: readonly ReceivedBytes[]): Promise<HeldBytes> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-documents-'))
  const release = (): Promise<void> => rm(folder, { recursive: true, force: true })
  try {
    const files: SourceFile[] = []
    for (const [at, one] of received.entries()) {
      const path = join(folder, String(at))
      await writeFile(path, one.bytes, { mode: 0o600 })
      files.push(asFile(one, path))
    }
    return { files, [Symbol.asyncDispose]: release }
  } catch (error) {
    await release()
    throw error
  }
}

function asFile({ name, bytes, contentType, url, metadata, readers }: ReceivedBytes, path: string): SourceFile {
  const charset = /charset\s*=\s*["']?([\w:-]{2,40})/i.exec(contentType ?? '')?.[1]
  return {
    path,
    name,
    format: formatOfContentType(contentType) ?? formatOfName(pathOf(name)) ?? 'unknown',
    bytes: bytes.length,
    ...(charset && { charset }),
    ...((metadata || url) && { metadata: { ...metadata, ...(url && { url }) } }),
    ...(readers && { readers }),
  }
}

/** Of an address without its query, which may end in anything. */
const pathOf = (name: string): string => (URL.canParse(name) ? new URL(name).pathname : name)
