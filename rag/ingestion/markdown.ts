/** Markdown to blocks: the only file that knows the Markdown parser. */
import { fromMarkdown } from 'mdast-util-from-markdown'
import type { Block, Outline } from './outline.ts'

type Node = ReturnType<typeof fromMarkdown>['children'][number]

/** Front matter between two lines of dashes, as static site generators write it. */
const frontMatter = /^---\r?\n([\s\S]*?)\r?\n---[^\S\n]*(?:\r?\n|$)/

/** Blocks with the headings above them; offsets are into `text` as given. */
export function outlineMarkdown(text: string): Outline {
  const header = frontMatter.exec(text)
  const skipped = header?.[0].length ?? 0
  const blocks: Block[] = []
  const path: string[] = []
  const levels: number[] = []
  for (const node of fromMarkdown(text.slice(skipped)).children) {
    if (node.type === 'heading') {
      while ((levels.at(-1) ?? 0) >= node.depth) {
        levels.pop()
        path.pop()
      }
      levels.push(node.depth)
      path.push(plainText(node))
    }
    const start = node.position?.start.offset
    const end = node.position?.end.offset
    if (start !== undefined && end !== undefined && end > start) {
      blocks.push({ start: start + skipped, end: end + skipped, headings: [...path], opens: node.type === 'heading' })
    }
  }
  const title =
    /^title:\s*["']?(.+?)["']?\s*$/m.exec(header?.[1] ?? '')?.[1] ?? blocks.find((block) => block.headings.length === 1)?.headings[0]
  return { blocks, ...(title === undefined ? {} : { title }) }
}

function plainText(node: Node): string {
  const parts: string[] = []
  const open: unknown[] = [node]
  while (open.length > 0) {
    const next = open.pop()
    if (typeof next !== 'object' || next === null) continue
    if ('value' in next && typeof next.value === 'string') parts.push(next.value)
    if ('children' in next && Array.isArray(next.children)) open.push(...next.children.toReversed())
  }
  return parts.join('').replaceAll(/\s+/g, ' ').trim()
}
