/** Small files of formats that cannot be typed by hand, for tests: PDF and ZIP written byte by byte. */
import { crc32, deflateRawSync } from 'node:zlib'

export interface PdfPlan {
  /** Lines of each page; one that begins with "# " is set in large type, an empty one leaves a gap. */
  readonly pages: readonly (readonly string[])[]
  readonly title?: string
  readonly author?: string
  /** Goes into the trailer, as "/Encrypt 9 0 R". */
  readonly trailer?: string
  /** Further objects, numbered from 100. */
  readonly objects?: readonly (string | Buffer)[]
  /** Instead of the first page's own text: drawing orders, or such packed by `deflateSync`. */
  readonly content?: string | Buffer
  /** Of every page, as "/XObject << /Loop 100 0 R >>". */
  readonly resources?: string
}

/** Objects 1: catalogue, 2: pages, 3: font, 4: information, then two for each page. */
export function pdfOf({ pages, title, author, trailer = '', objects = [], content, resources = '' }: PdfPlan): Buffer {
  const numbered: (readonly [number, string | Buffer])[] = [
    [1, '<< /Type /Catalog /Pages 2 0 R >>'],
    [2, `<< /Type /Pages /Count ${pages.length} /Kids [${pages.map((_, at) => `${5 + at * 2} 0 R`).join(' ')}] >>`],
    [3, '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>'],
    [4, `<< ${title === undefined ? '' : `/Title (${title})`} ${author === undefined ? '' : `/Author (${author})`} >>`],
    ...pages.flatMap((lines, at): (readonly [number, string | Buffer])[] => [
      [
        5 + at * 2,
        `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F 3 0 R >> ${resources} >> /Contents ${6 + at * 2} 0 R >>`,
      ],
      [6 + at * 2, streamOf(at === 0 && content !== undefined ? content : drawn(lines))],
    ]),
    ...objects.map((object, at) => [100 + at, object] as const),
  ]
  const parts: Buffer[] = [Buffer.from('%PDF-1.7\n')]
  const offsets = new Map<number, number>()
  let length = 9
  for (const [number, body] of numbered) {
    const object = Buffer.concat([Buffer.from(`${number} 0 obj\n`), Buffer.from(body), Buffer.from('\nendobj\n')])
    offsets.set(number, length)
    parts.push(object)
    length += object.length
  }
  const entries = [...offsets].map(([number, at]) => `${number} 1\n${String(at).padStart(10, '0')} 00000 n \n`)
  parts.push(Buffer.from(`xref\n0 1\n0000000000 65535 f \n${entries.join('')}`))
  const size = Math.max(...offsets.keys()) + 1
  parts.push(Buffer.from(`trailer\n<< /Size ${size} /Root 1 0 R /Info 4 0 R ${trailer} >>\nstartxref\n${length}\n%%EOF\n`))
  return Buffer.concat(parts)
}

function streamOf(content: string | Buffer): Buffer {
  const filter = typeof content === 'string' ? '' : '/Filter /FlateDecode'
  const bytes = Buffer.from(content)
  return Buffer.concat([Buffer.from(`<< /Length ${bytes.length} ${filter} >>\nstream\n`), bytes, Buffer.from('\nendstream')])
}

function drawn(lines: readonly string[]): string {
  let y = 720
  const shown = lines.map((line) => {
    const size = line.startsWith('# ') ? 24 : 11
    y -= line === '' ? 14 : size * 1.3
    const text = line.replace(/^# /, '').replaceAll(/[\\()]/g, '\\$&')
    return line === '' ? '' : `BT /F ${size} Tf 1 0 0 1 72 ${y.toFixed(1)} Tm (${text}) Tj ET`
  })
  return shown.join('\n')
}

export interface ZipEntry {
  readonly name: string
  readonly content: string | Buffer
  /** States another size than the true one. */
  readonly stated?: number
  readonly encrypted?: boolean
}

/** A ZIP archive of deflated entries. */
export function zipOf(entries: readonly ZipEntry[]): Buffer {
  const locals: Buffer[] = []
  const directory: Buffer[] = []
  let at = 0
  for (const { name, content, stated, encrypted = false } of entries) {
    const bytes = Buffer.from(content)
    const packed = deflateRawSync(bytes)
    const shared = Buffer.alloc(26)
    shared.writeUInt16LE(20, 0)
    shared.writeUInt16LE(encrypted ? 1 : 0, 2)
    shared.writeUInt16LE(8, 4)
    shared.writeUInt32LE(crc32(bytes), 10)
    shared.writeUInt32LE(packed.length, 14)
    shared.writeUInt32LE(stated ?? bytes.length, 18)
    shared.writeUInt16LE(name.length, 22)
    const local = Buffer.concat([Buffer.from('PK\u0003\u0004'), shared, Buffer.from(name), packed])
    const place = Buffer.alloc(14)
    place.writeUInt32LE(at, 10)
    directory.push(Buffer.concat([Buffer.from('PK\u0001\u0002'), Buffer.from([20, 0]), shared, place, Buffer.from(name)]))
    locals.push(local)
    at += local.length
  }
  const central = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.write('PK\u0005\u0006')
  end.writeUInt16LE(entries.length, 8)
  end.writeUInt16LE(entries.length, 10)
  end.writeUInt32LE(central.length, 12)
  end.writeUInt32LE(at, 16)
  return Buffer.concat([...locals, central, end])
}

/** A Word document whose body is this XML: paragraphs as `<w:p>…</w:p>`. */
export function docxOf(body: string, extra: readonly ZipEntry[] = []): Buffer {
  const head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
  const office = 'http://schemas.openxmlformats.org'
  return zipOf([
    {
      name: '[Content_Types].xml',
      content: `${head}<Types xmlns="${office}/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`,
    },
    {
      name: '_rels/.rels',
      content: `${head}<Relationships xmlns="${office}/package/2006/relationships"><Relationship Id="r1" Type="${office}/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`,
    },
    {
      name: 'word/document.xml',
      content: `${head}<w:document xmlns:w="${office}/wordprocessingml/2006/main"><w:body>${body}</w:body></w:document>`,
    },
    ...extra,
  ])
}

/** A paragraph of a Word document, of a style where one is named: "Heading1". */
export const wordParagraph = (text: string, style?: string): string =>
  `<w:p>${style === undefined ? '' : `<w:pPr><w:pStyle w:val="${style}"/></w:pPr>`}<w:r><w:t>${text}</w:t></w:r></w:p>`

/** Draws forms that draw forms, ten at a time: 10^10 of them, which no reader outlives. */
export function endlessPdf(): Buffer {
  const draw = '/Next Do '.repeat(10)
  const form = (next: number): string =>
    `<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /Font << /F 3 0 R >> /XObject << /Next ${next} 0 R >> >> /Length ${draw.length + 40} >>\nstream\nBT /F 9 Tf 1 0 0 1 72 700 Tm (on) Tj ET    \n${draw}\nendstream`
  const depth = 10
  return pdfOf({
    pages: [['']],
    content: '/Next Do',
    resources: '/XObject << /Next 100 0 R >>',
    objects: Array.from({ length: depth }, (_, at) =>
      at === depth - 1 ? '<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Length 3 >>\nstream\nq Q\nendstream' : form(101 + at),
    ),
  })
}
