/** Word documents to text and outline, by way of HTML: the only file that knows the DOCX parser. */
import mammoth from 'mammoth'
import type { Extraction } from './extraction.ts'
import { extractHtml } from './html.ts'
import { Unreadable } from './unreadable.ts'
import { inspectArchive } from './zip.ts'

/** First bytes of the container of older and of encrypted Office documents. */
const oldOffice = Buffer.from([0xd0, 0xcf, 0x11, 0xe0])

/** Throws `Unreadable` for what is no Word document, is damaged or encrypted, or unpacks to far more than it should. */
export async function extractDocx(bytes: Buffer): Promise<Extraction> {
  if (bytes.subarray(0, 4).equals(oldOffice))
    throw new Unreadable('is encrypted or in the old Word format; save it as .docx without a password')
  const names = inspectArchive(bytes)
  if (!names.includes('word/document.xml')) throw new Unreadable('is a ZIP archive and no Word document')
  const convertImage = mammoth.images.imgElement(async () => ({ src: '' }))
  const { value } = await mammoth.convertToHtml({ buffer: bytes }, { convertImage, externalFileAccess: false })
  return extractHtml(value)
}
