/** Which files of a folder are documents: a bounded walk that follows no links, so it can't leave the folder or circle in it. */
import type { Dirent } from 'node:fs'
import { opendir, stat } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { Fault } from '../../platform/fault.ts'
import type { Skip } from './document.ts'

export type Format = 'markdown' | 'text' | 'jsonl'

export interface SourceFile {
  readonly path: string
  /** The path below the folder asked for, with slashes; a single file's own name. The id of its document. */
  readonly name: string
  readonly format: Format
  readonly bytes: number
}

const mostFiles = 20_000
const deepest = 20

const formats: Readonly<Record<string, Format>> = {
  '.md': 'markdown',
  '.markdown': 'markdown',
  '.mdx': 'markdown',
  '.txt': 'text',
  '.text': 'text',
  '.rst': 'text',
  '.adoc': 'text',
  '.org': 'text',
  '.jsonl': 'jsonl',
  '.ndjson': 'jsonl',
}

/** `path` is real and allowed. Files in order of their names; what is no document is named in `skipped`. Throws `too_large`. */
export async function listFiles(path: string): Promise<{ readonly files: readonly SourceFile[]; readonly skipped: readonly Skip[] }> {
  const info = await stat(path)
  if (info.isFile()) return { files: [{ path, name: basename(path), format: formatOf(path) ?? 'text', bytes: info.size }], skipped: [] }
  if (!info.isDirectory()) throw new Fault('invalid_input', `'${basename(path)}' is neither a file nor a folder; name one of those.`)
  const files: SourceFile[] = []
  const skipped: Skip[] = []
  await walk({ folder: path, prefix: '', depth: 0, files, skipped })
  files.sort((left, right) => (left.name < right.name ? -1 : 1))
  return { files, skipped }
}

interface Walk {
  readonly folder: string
  readonly prefix: string
  readonly depth: number
  readonly files: SourceFile[]
  readonly skipped: Skip[]
}

async function walk(at: Walk): Promise<void> {
  for await (const entry of await opendir(at.folder)) {
    if (entry.name.startsWith('.') || entry.name === 'node_modules') continue
    await visit(at, entry)
    if (at.files.length > mostFiles) {
      throw new Fault(
        'too_large',
        `The folder has more than ${mostFiles.toLocaleString('en')} documents. Ingest its subfolders one by one.`,
      )
    }
  }
}

async function visit({ folder, prefix, depth, files, skipped }: Walk, entry: Dirent): Promise<void> {
  const name = `${prefix}${entry.name}`
  const path = join(folder, entry.name)
  const format = formatOf(entry.name)
  if (entry.isSymbolicLink()) skipped.push({ source: name, reason: 'is a symbolic link' })
  else if (entry.isDirectory() && depth >= deepest) skipped.push({ source: name, reason: `lies deeper than ${deepest} folders` })
  else if (entry.isDirectory()) await walk({ folder: path, prefix: `${name}/`, depth: depth + 1, files, skipped })
  else if (!entry.isFile()) skipped.push({ source: name, reason: 'is neither a file nor a folder' })
  else if (format) files.push({ path, name, format, bytes: (await stat(path)).size })
  else skipped.push({ source: name, reason: `has the type '${extname(name) || 'none'}'; Markdown, text and JSONL are read` })
}

const formatOf = (name: string): Format | undefined => formats[extname(name).toLowerCase()]
