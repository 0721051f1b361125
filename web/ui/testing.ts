/** A real Chromium for the tests of the page, and the studio built from the sources under test. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium } from 'playwright-core'
import { build } from 'vite'

const usualPaths = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]

/** Undefined, said aloud, when this machine has no Chromium. */
export async function openBrowser(): Promise<Browser | undefined> {
  const given = process.env.MILLRACE_CHROMIUM
  const executablePath = given ?? usualPaths.find((path) => existsSync(path))
  if (executablePath === undefined) {
    console.warn('SKIPPED: the studio is not tested in a browser; set MILLRACE_CHROMIUM to the path of a Chromium to do so.')
    return undefined
  }
  const args = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-background-networking',
    '--no-first-run',
    '--disable-component-update',
    '--disable-sync',
  ]
  return chromium.launch({ executablePath, args })
}

/** Builds the page into `folder`. */
export async function buildStudio(folder: string): Promise<void> {
  await build({
    root: import.meta.dirname,
    configFile: join(import.meta.dirname, 'vite.config.ts'),
    logLevel: 'warn',
    build: { outDir: folder, chunkSizeWarningLimit: 2_000 },
  })
}

/** A browser of one person; `asked` gathers every address it asked for, `broken` every error its pages had. */
export interface Person {
  readonly context: BrowserContext
  readonly asked: string[]
  readonly broken: string[]
}

export async function openPerson(browser: Browser, options: BrowserContextOptions = {}): Promise<Person> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 820 }, reducedMotion: 'reduce', ...options })
  const asked: string[] = []
  const broken: string[] = []
  context.on('request', (request) => asked.push(request.url()))
  context.on('weberror', (error) => broken.push(error.error().message))
  context.on('console', (message) => {
    if (message.type() === 'error' && /Content Security Policy|Uncaught|React/.test(message.text())) broken.push(message.text())
  })
  return { context, asked, broken }
}
