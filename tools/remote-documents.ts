/** An address as the origin of documents: what was fetched goes to the same readers as files, known by its address. */
import { formatOfContentType, formatOfName } from '../rag/ingestion/formats.ts'
import type { Origin } from '../rag/ingestion/ingest.ts'
import { fetchSource, type SourceContext } from './remote-source.ts'

/** A page's id is its address; lines and rows of a file have ids of their own. Throws what `fetchSource` throws. */
export async function remoteDocuments(address: string, context: SourceContext): Promise<Origin> {
  const { file, bytes, name, url, contentType, charset } = await fetchSource(context, address)
  const format = formatOfContentType(contentType) ?? formatOfName(name) ?? 'unknown'
  return { source: url, files: [{ path: file, name: url, format, bytes, ...(charset === undefined ? {} : { charset }) }] }
}
