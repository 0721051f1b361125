/** Which files of a folder are documents: a bounded walk that follows no links, so it can't leave the folder or circle in it. */
import type { Dirent } from 'node:fs'
import { opendir, stat } from 'node:fs/promises'
import { basename, extname, join, matchesGlob } from 'node:path'
import { Fault } from '../../platform/fault.ts'
import type { Skip } from './document.ts'
import { type FileFormat, formatOfName, readFormats } from './formats.ts'

export interface SourceFile {
  readonly path: string
  /** The path below the folder asked for, with slashes; a single file's own name. The id of its document. */
  readonly name: string
  readonly format: FileFormat
  readonly bytes: number
  /** Encoding that its server named. */
  readonly charset?: string
  /** Joins the metadata of every document in it. */
  readonly metadata?: Readonly<Record<string, unknown>>
  /** Who may see its documents, where they do not say so themselves. */
  readonly readers?: readonly string[]
}

/** About 100 MB of names; a folder with more is better ingested in parts. */
const mostFiles = 200_000
const skipsKept = 10_000
const deepest = 20

/** "docs/**\/*.md" as the folder to look in and what its files' names must match; a path without wildcards has no pattern. */
export function splitGlob(path: string): { readonly root: string; readonly pattern?: string } {
  const parts = path.split('/')
  const first = parts.findIndex((part) => /[*?[\]{}]/.test(part))
  if (first === -1) return { root: path }
  const root = parts.slice(0, first).join('/')
  return { root: root === '' ? (path.startsWith('/') ? '/' : '.') : root, pattern: parts.slice(first).join('/') }
}

/**
 * `path` is real and allowed. Files in order of their names; what is no document is named in `skipped`, the first 10,000 of
 * them. With a pattern only the files below `path` whose names match it are looked at. Throws `too_large`.
 */
export async function listFiles(
  path: string,
  pattern?: string,
): Promise<{ readonly files: readonly SourceFile[]; readonly skipped: readonly Skip[] }> {
  const info = await stat(path)
  if (info.isFile()) {
    const name = basename(path)
    return { files: [{ path, name, format: formatOfName(path) ?? 'unknown', bytes: info.size }], skipped: [] }
  }
  if (!info.isDirectory()) throw new Fault('invalid_input', `'${basename(path)}' is neither a file nor a folder; name one of those.`)
  const files: SourceFile[] = []
  const skipped: Skip[] = []
  const wanted = pattern === undefined ? () => true : (name: string) => matchesGlob(name, pattern)
  await walk({ folder: path, prefix: '', depth: 0, wanted, files, skipped })
  files.sort((left, right) => (left.name < right.name ? -1 : 1))
  return { files, skipped }
}

interface Walk {
  readonly folder: string
  readonly prefix: string
  readonly depth: number
  readonly wanted: (name: string) => boolean
  readonly files: SourceFile[]
  readonly skipped: Skip[]
}

async function walk(at: Walk): Promise<void> {
  let entries: AsyncIterable<Dirent>
  try {
    entries = await opendir(at.folder, { bufferSize: 256 })
  } catch (error) {
    if (at.depth === 0) throw error
    skip(at, at.prefix.slice(0, -1), 'cannot be opened')
    return
  }
  for await (const entry of entries) {
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

async function visit(at: Walk, entry: Dirent): Promise<void> {
  const name = `${at.prefix}${entry.name}`
  const path = join(at.folder, entry.name)
  if (entry.isDirectory() && at.depth >= deepest) skip(at, name, `lies deeper than ${deepest} folders`)
  else if (entry.isDirectory()) await walk({ ...at, folder: path, prefix: `${name}/`, depth: at.depth + 1 })
  else if (!at.wanted(name)) return
  else if (entry.isSymbolicLink()) skip(at, name, 'is a symbolic link')
  else if (!entry.isFile()) skip(at, name, 'is neither a file nor a folder')
  else await take(at, name, path)
}

async function take(at: Walk, name: string, path: string): Promise<void> {
  const format = formatOfName(name)
  if (!format) {
    skip(at, name, `has the type '${extname(name) || 'none'}'; ${readFormats}`)
    return
  }
  try {
    at.files.push({ path, name, format, bytes: (await stat(path)).size })
  } catch {
    skip(at, name, 'vanished while the folder was listed')
  }
}

function skip({ skipped }: Walk, source: string, reason: string): void {
  if (skipped.length < skipsKept) skipped.push({ source, reason })
}
