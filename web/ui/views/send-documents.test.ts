/** Files sent from the page, in a real browser, into a real collection. */
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { addDocumentsTool } from '../../../tools/add-documents.ts'
import { listCollectionsTool } from '../../../tools/list-collections.ts'
import { searchDocumentsTool } from '../../../tools/search-documents.ts'
import { openTestMillrace, type TestMillrace } from '../../../tools/testing.ts'
import { startWebServer, type WebServer } from '../../server/server.ts'
import { scripted } from '../../server/test-server.ts'
import { buildStudio, openBrowser, openPerson } from '../testing.ts'

let browser: Browser | undefined
let millrace: TestMillrace
let server: WebServer
beforeAll(async () => {
  browser = await openBrowser()
  if (browser === undefined) return
  millrace = await openTestMillrace([addDocumentsTool, listCollectionsTool, searchDocumentsTool])
  const uiFolder = join(millrace.folder, 'studio')
  await buildStudio(uiFolder)
  await millrace.call('add_documents', { collection: 'notes', documents: [{ _id: 'first', text: 'There is a first note here.' }] })
  const orchestrator = scripted(millrace)
  const place = { host: '127.0.0.1', port: 0, auth: 'local', uiFolder, terminalToken: 'a terminal', version: '0.0.0' } as const
  server = await startWebServer({ waist: millrace, orchestrator, ...place })
})
afterAll(async () => {
  await browser?.close()
  await server?.close()
  await millrace?.close()
})

it('takes files in, says what became of each, and finds them', async (context) => {
  if (browser === undefined) return context.skip()
  const person = await openPerson(browser, { colorScheme: process.env.MILLRACE_TEST_DARK === undefined ? 'light' : 'dark' })
  const page = await person.context.newPage()
  await page.goto(`${server.url}/#/collections/notes`)
  await page.getByRole('button', { name: 'Send files' }).waitFor()
  await page.getByLabel('Files for notes').setInputFiles([
    { name: 'tides.md', mimeType: 'text/markdown', buffer: Buffer.from('# Tides\n\nHigh water comes at noon.') },
    { name: 'broken.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7 nothing') },
  ])
  const sent = page.locator('.sent > li')
  await sent.nth(0).getByText('1 new').waitFor()
  await sent.nth(1).getByRole('alert').waitFor()
  expect(await sent.nth(1).textContent()).toContain('broken.pdf')
  await page.getByLabel('Search notes').fill('high water')
  await page.keyboard.press('Enter')
  await page.getByText('High water comes at noon.').first().waitFor()
  expect(person.broken).toEqual([])
  await person.context.close()
})
