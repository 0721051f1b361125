/** What kind of document a file is: by the type a server gave it, else by its name's ending, else by its first bytes. */
import { basename, extname } from 'node:path'
import { codeLanguageOf } from './code-languages.ts'

/** How a document's text is structured. For `html`, `docx`, `pdf` and `csv` the text kept is what was extracted from the file. */
export type Format = 'markdown' | 'text' | 'html' | 'pdf' | 'docx' | 'csv' | 'code'

/** How a file is read; `json` and `jsonl` hold documents of their own, `unknown` is decided by the first bytes. */
export type FileFormat = Format | 'json' | 'jsonl' | 'unknown'

const byEnding: Readonly<Record<string, FileFormat>> = {
  '.md': 'markdown',
  '.markdown': 'markdown',
  '.mdx': 'markdown',
  '.txt': 'text',
  '.text': 'text',
  '.log': 'text',
  '.rst': 'text',
  '.adoc': 'text',
  '.asciidoc': 'text',
  '.org': 'text',
  '.tex': 'text',
  '.yaml': 'text',
  '.yml': 'text',
  '.toml': 'text',
  '.ini': 'text',
  '.cfg': 'text',
  '.conf': 'text',
  '.properties': 'text',
  '.xml': 'text',
  '.html': 'html',
  '.htm': 'html',
  '.xhtml': 'html',
  '.pdf': 'pdf',
  '.docx': 'docx',
  '.csv': 'csv',
  '.tsv': 'csv',
  '.json': 'json',
  '.jsonl': 'jsonl',
  '.ndjson': 'jsonl',
}

/** Files without an ending that are text wherever they appear. */
const byName = /^(?:readme|license|licence|notice|authors|contributing|changelog|changes|copying|todo|makefile|dockerfile|codeowners)$/i

const byContentType: Readonly<Record<string, FileFormat>> = {
  'text/html': 'html',
  'application/xhtml+xml': 'html',
  'text/markdown': 'markdown',
  'text/x-markdown': 'markdown',
  'application/pdf': 'pdf',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
  'text/csv': 'csv',
  'text/tab-separated-values': 'csv',
  'application/json': 'json',
  'application/x-ndjson': 'jsonl',
  'application/jsonl': 'jsonl',
}

/** What is read, for the sentences that refuse the rest. */
export const readFormats = 'Markdown, text, HTML, PDF, DOCX, CSV, TSV, JSON, JSONL and source code are read'

/** Undefined for what is no document by its name. */
export function formatOfName(name: string): FileFormat | undefined {
  const ending = extname(name).toLowerCase()
  if (byEnding[ending]) return byEnding[ending]
  if (codeLanguageOf(name)) return 'code'
  return ending === '' && byName.test(basename(name)) ? 'text' : undefined
}

/** Says nothing for `text/plain` and `application/octet-stream`: servers give those to anything. */
export function formatOfContentType(contentType: string | undefined): FileFormat | undefined {
  return byContentType[contentType?.split(';')[0]?.trim().toLowerCase() ?? '']
}

/** The encoding that a content type names: "text/html; charset=ISO-8859-1". */
export function charsetOf(contentType: string | undefined): string | undefined {
  return /;\s*charset\s*=\s*"?([\w.:-]{1,40})/i.exec(contentType ?? '')?.[1]?.toLowerCase()
}

/** From the first kilobyte or more; text when nothing speaks for something else. */
export function formatOfBytes(head: Uint8Array): Format {
  const start = Buffer.from(head.subarray(0, 1024)).toString('latin1')
  if (start.includes('%PDF-')) return 'pdf'
  if (start.startsWith('PK\u0003\u0004')) return 'docx'
  return /^(?:\u00ef\u00bb\u00bf)?\s*(?:<!--[^>]*-->\s*)*<(?:!doctype html|html|head|body)\b/i.test(start) ? 'html' : 'text'
}
