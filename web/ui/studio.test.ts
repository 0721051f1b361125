/** The studio in a real browser, on a real server, used as a person uses it. */
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ChatEvent, Orchestrator } from '../../agents/chat.ts'
import { createOrchestrator } from '../../agents/orchestrator.ts'
import { openTestMillrace, type TestMillrace } from '../../tools/testing.ts'
import { startWebServer, type WebServer } from '../server/server.ts'
import { buildStudio, openBrowser, openPerson, type Person } from './testing.ts'

let browser: Browser | undefined
let millrace: TestMillrace
let server: WebServer
let person: Person
let page: Page

const sample = join(import.meta.dirname, '../../examples/sample')

beforeAll(async () => {
  browser = await openBrowser()
  if (browser === undefined) return
  millrace = await openTestMillrace()
  await buildStudio(join(millrace.folder, 'studio'))
  await cp(sample, join(millrace.folder, 'sample'), { recursive: true })
  await millrace.call('ingest_data', { source: join(millrace.folder, 'sample/customers.csv'), name: 'customers' })
  await millrace.call('ingest_documents', { path: join(millrace.folder, 'sample/handbook'), collection: 'handbook' })
  server = await serve('local')
})

afterAll(async () => {
  await browser?.close()
  await server?.close()
  await millrace?.close()
})

function serve(auth: 'local' | 'token', orchestrator: Orchestrator = scripted()): Promise<WebServer> {
  const uiFolder = join(millrace.folder, 'studio')
  return startWebServer({
    waist: millrace,
    orchestrator,
    host: '127.0.0.1',
    port: 0,
    auth,
    uiFolder,
    terminalToken: 'a terminal',
    version: '0.0.0',
  })
}

beforeEach(async (context) => {
  if (browser === undefined) return context.skip()
  person = await openPerson(browser)
  page = await person.context.newPage()
  context.onTestFinished(async () => {
    await person.context.close()
    expect(person.broken).toEqual([])
    expect(person.asked.filter((url) => !url.startsWith(server.url) && !url.startsWith('http://127.0.0.1:'))).toEqual([])
  })
})

const mark = 'Answered without a hosted model'

/** A model whose every word is known, where the page's own behaviour is in question. */
function scripted(turns: Readonly<Record<string, readonly ChatEvent[]>> = {}): Orchestrator {
  return {
    async *chat({ message, resume }) {
      yield { type: 'started', turn: 't', model: 'scripted', mark }
      yield* turns[resume ? 'resume' : (message ?? '')] ?? [
        { type: 'text', message: 'm', delta: `You said: ${message}` },
        { type: 'finished' },
      ]
    },
    history: async () => [],
    threads: async () => [],
  }
}

describe('a first question', () => {
  it('is one click or one sentence away, and is answered with what was done and who answered', async () => {
    await using real = await disposable(serve('local', await createOrchestrator({ waist: millrace, model: {} })))
    await page.goto(real.value.url)
    await page.getByRole('button', { name: 'Profile the customers dataset' }).click()
    const card = page.locator('.tool-card')
    await card.locator('.column').first().waitFor()
    expect(await card.locator('strong').first().textContent()).toBe('Profile a dataset')
    await page.locator('.said-assistant').getByText('1200 rows').first().waitFor()
    await page.getByText('no hosted model').waitFor()
    await page.getByRole('link', { name: 'Profile the customers dataset' }).waitFor()
  })

  it('about documents is answered with a citation that opens, and is still there after a reload', async () => {
    await using real = await disposable(serve('local', await createOrchestrator({ waist: millrace, model: {} })))
    await page.goto(real.value.url)
    await page.getByRole('textbox', { name: 'Message' }).fill('What does the handbook say about annual leave?')
    await page.keyboard.press('Enter')
    await page.locator('.passage').first().waitFor()
    await page.reload()
    const passage = page.locator('.passage').first()
    const quoted = await passage.locator('.passage-text').textContent()
    await passage.click()
    await page.locator('mark').waitFor()
    expect(await page.locator('mark').textContent()).toBe(quoted)
    expect(await page.locator('.document-text').textContent()).toContain('28 days of paid leave')
  })
})

describe('a tool as a form', () => {
  it('is filled in, run, and its result drawn by its shape', async () => {
    await page.goto(`${server.url}/#/tools/profile_data`)
    await page.getByLabel('Dataset').fill('customers')
    await page.keyboard.press('Enter')
    const columns = page.locator('.columns .column')
    await columns.first().waitFor()
    expect(await columns.count()).toBe(9)
    expect(await columns.nth(1).getByRole('img').getAttribute('aria-label')).toMatch(/^tenure_months: /)
  })

  it('says beside the field what is missing, and what the server refused', async () => {
    await page.goto(`${server.url}/#/tools/train_model`)
    await page.getByRole('button', { name: 'Run: Train a model' }).click()
    await page.getByText('Dataset is needed.').waitFor()
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-path'))).toBe('dataset')
    await page.getByLabel('Dataset').fill('customers')
    await page.getByLabel('Target').fill('nonsense')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').waitFor()
    expect(await page.getByRole('alert').textContent()).toContain('nonsense')
  })

  it('that removes something asks for a yes and shows exactly what it would do', async () => {
    await page.goto(`${server.url}/#/tools/delete_documents?collection=handbook`)
    await page.getByRole('button', { name: 'Add item' }).click()
    await page.locator('[data-path="documents.0"]').fill('billing.md')
    await page.getByRole('button', { name: 'Run: Delete documents' }).click()
    const card = page.getByRole('article', { name: 'Approval: Delete documents' })
    await card.waitFor()
    expect(await card.textContent()).toContain('billing.md')
    expect(await page.locator('.nav .count').textContent()).toContain('1')
    await card.getByRole('button', { name: 'Approve' }).click()
    await page.getByRole('region', { name: 'Result' }).waitFor()
    const { collections } = await millrace.call<{ collections: { documents: number }[] }>('list_collections')
    expect(collections).toMatchObject([{ documents: 3 }])
    await page.locator('.nav .count').waitFor({ state: 'detached' })
  })
})

describe('the page', () => {
  it('fits a phone of 360 pixels in every view, light and dark', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      await page.setViewportSize({ width: 360, height: 720 })
      for (const view of [
        'chat',
        'tools',
        'tools/train_model',
        'datasets',
        'datasets/customers',
        'runs',
        'models',
        'collections',
        'approvals',
        'servers',
      ]) {
        await page.goto(`${server.url}/#/${view}`)
        await page.locator('#main').waitFor()
        await page.waitForLoadState('networkidle')
        expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth), view).toBeLessThanOrEqual(0)
      }
    }
  })

  it('lists its shortcuts, goes where they say, and closes with Escape', async () => {
    await page.goto(`${server.url}/#/models`)
    await page.locator('#main').waitFor()
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.keyboard.press('g')
    await page.keyboard.press('d')
    await page.getByRole('heading', { name: 'Datasets' }).waitFor()
    await page.keyboard.press('Control+k')
    await page.keyboard.type('profile')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Profile a dataset' }).waitFor()
    expect(page.url()).toBe(`${server.url}/#/tools/profile_data`)
  })

  it('keeps the theme a person chose', async () => {
    await page.goto(server.url)
    await page.getByRole('button', { name: 'Switch to dark' }).click()
    await page.getByRole('button', { name: 'Switch to light' }).waitFor()
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
    await expect.poll(ground).toBe('rgb(20, 24, 27)')
    await page.reload()
    await page.getByRole('button', { name: 'Switch to light' }).waitFor()
    await expect.poll(ground).toBe('rgb(20, 24, 27)')
  })

  it('opens a passage that a search found, with its words marked', async () => {
    await page.goto(`${server.url}/#/collections/handbook`)
    await page.getByLabel('Search handbook').fill('annual leave')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Open the passage' }).first().click()
    await page.locator('mark').waitFor()
    expect(await page.locator('mark').textContent()).toContain('leave')
  })
})

describe('a conversation', () => {
  const input = { collection: 'handbook', documents: ['old.md'] }
  const deploy: readonly ChatEvent[] = [
    { type: 'call', call: 'c1', tool: 'delete_documents' },
    { type: 'arguments', call: 'c1', delta: JSON.stringify(input) },
    { type: 'called', call: 'c1' },
  ]
  const unsafe = [
    '![spy](http://spy.invalid/pixel.png) <img src="http://spy.invalid/raw.png" onerror="document.title=1">',
    '<script>document.title = "owned"</script>',
    '[bad](javascript:alert(1)) [worse](data:text/html;base64,PHNjcmlwdD4=) [bank](https://bank.example/login)',
    '[https://bank.example](https://evil.example/) [](https://hidden.example/x) pay \u202eelpmaxe',
    '![inline](data:image/svg+xml;base64,PHN2Zz4=)',
  ].join('\n\n')
  const turns: Readonly<Record<string, readonly ChatEvent[]>> = {
    unsafe: [{ type: 'text', message: 'm', delta: unsafe }, { type: 'finished' }],
    cut: [{ type: 'text', message: 'm', delta: 'Half an ans' }],
    ask: [
      {
        type: 'clarify',
        question: 'Which column?',
        schema: { type: 'object', properties: { target: { type: 'string' } }, required: ['target'] },
      },
      { type: 'finished' },
    ],
    resume: [
      { type: 'result', call: 'c1', tool: 'delete_documents', content: 'Removed.', data: { documents: 1 }, ok: true },
      { type: 'text', message: 'm2', delta: 'The old document is gone.' },
      { type: 'finished' },
    ],
  }

  it('is held by keyboard alone, and says who answered', async () => {
    await page.goto(server.url)
    await page.getByRole('textbox', { name: 'Message' }).waitFor()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Shift+Tab')
    await page.keyboard.type('Good morning')
    await page.keyboard.press('Enter')
    await page.getByText('You said: Good morning').first().waitFor()
    await page.getByText(mark).waitFor()
    expect(await page.getByRole('textbox', { name: 'Message' }).inputValue()).toBe('')
    expect(page.url()).toMatch(/#\/chat\/thread_[0-9a-f]{24}$/)
  })

  it('draws nothing dangerous and fetches nothing, whatever an answer holds', async () => {
    await using other = await disposable(serve('local', scripted(turns)))
    await page.goto(other.value.url)
    await say('unsafe')
    await page.getByText(mark).waitFor()
    expect(await page.locator('.said-assistant img, .said-assistant script').count()).toBe(0)
    const links = await page
      .locator('.said-assistant a')
      .evaluateAll((all) => all.map((link) => [link.getAttribute('href'), link.getAttribute('rel'), link.textContent]))
    const rel = 'noopener noreferrer nofollow'
    expect(links).toEqual([
      ['https://bank.example/login', rel, 'bank (bank.example)'],
      ['https://evil.example/', rel, 'https://bank.example (really evil.example)'],
      ['https://hidden.example/x', rel, 'https://hidden.example/x (hidden.example)'],
    ])
    await page.getByText('pay ⟨U+202E⟩elpmaxe').waitFor()
    expect(await page.title()).toBe('Millrace')
    expect(person.asked.filter((url) => url.includes('invalid'))).toEqual([])
  })

  it('says when an answer was cut off, and asks back with a form', async () => {
    await using other = await disposable(serve('local', scripted(turns)))
    await page.goto(other.value.url)
    await say('cut')
    await page.getByRole('alert').waitFor()
    await say('ask')
    await page.getByLabel('Target').fill('churned')
    await page.keyboard.press('Enter')
    await page.getByText('You said: target: churned').first().waitFor()
  })

  it('pauses for an approval and goes on once it is given', async () => {
    const caller = { ...millrace.owner, kind: 'agent', channel: 'chat' } as const
    const outcome = await millrace.invoke({ tool: 'delete_documents', input, caller })
    if (outcome.kind !== 'waiting') throw new Error(`the call is ${outcome.kind}`)
    const { approval } = outcome
    const waiting: ChatEvent = {
      type: 'waiting',
      approvals: [{ approval, call: 'c1', tool: 'delete_documents', input, reason: 'It removes something.' }],
    }
    await using other = await disposable(serve('local', scripted({ ...turns, remove: [...deploy, waiting] })))
    await page.goto(other.value.url)
    await say('remove')
    const card = page.getByRole('article', { name: 'Approval: Delete documents' })
    await card.getByText('old.md').waitFor()
    await card.getByRole('button', { name: 'Approve' }).click()
    await page.getByText('The old document is gone.').first().waitFor()
    expect((await millrace.platform.approvals.get(approval, 'default')).state).toMatch(/approved|used/)
  })

  async function say(words: string): Promise<void> {
    await page.getByRole('textbox', { name: 'Message' }).fill(words)
    await page.keyboard.press('Enter')
  }
})

describe('where a token is wanted', () => {
  it('the page asks for it, and opens with it', async () => {
    const tokens = await openTestMillrace({ auth: 'token' })
    const uiFolder = join(millrace.folder, 'studio')
    const options = {
      orchestrator: scripted(),
      host: '127.0.0.1',
      port: 0,
      auth: 'token',
      uiFolder,
      terminalToken: 'a terminal',
      version: '0.0.0',
    } as const
    await using locked = await disposable(startWebServer({ waist: tokens, ...options }), () => tokens.close())
    const { token } = await tokens.platform.identity.mint({ name: 'ana', kind: 'person', role: 'admin' })
    await page.goto(locked.value.url)
    await page.getByLabel('Access token').fill('wrong')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').waitFor()
    await page.getByLabel('Access token').fill(token)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'What would you like to know?' }).waitFor()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByLabel('Access token').waitFor()
    await page.reload()
    await page.getByLabel('Access token').waitFor()
  })
})

/** Closes the server when the test is over, however it ends. */
async function disposable(
  opening: Promise<WebServer>,
  after: () => Promise<void> = async () => undefined,
): Promise<AsyncDisposable & { readonly value: WebServer }> {
  const value = await opening
  return {
    value,
    [Symbol.asyncDispose]: async () => {
      await page.close()
      await value.close()
      await after()
    },
  }
}
