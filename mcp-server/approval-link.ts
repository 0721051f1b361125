/** An approval as a question to the person at the client: a link to the page where they decide. No answer of a client decides it. */
import { type InputRequest, inputRequired } from '@modelcontextprotocol/server'
import type { ApprovalPlace } from './surface.ts'

/** The key of the question, in tool results and in tasks. */
export const approvalKey = 'approval'

/** Undefined where there is no page to open. */
export function approvalLink(
  { page }: ApprovalPlace,
  { tool, approval }: { readonly tool: string; readonly approval: string },
): InputRequest | undefined {
  if (page === undefined) return undefined
  const message = `${tool} must be approved by a person before it runs. Open the page, look at the arguments and where they came from, and decide there.`
  return inputRequired.elicitUrl({ message, url: page(approval) })
}

/** The studio's pages; `origin` is asked when an address is written, as a port may not be known before. */
export function approvalPages(origin: () => string): ApprovalPlace {
  return { words: () => `${origin()}/#/approvals`, page: (approval) => `${origin()}/#/approvals/${encodeURIComponent(approval)}` }
}
