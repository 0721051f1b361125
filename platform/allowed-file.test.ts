import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { allowedFile } from './allowed-file.ts'
import { temporaryFolder } from './testing/harness.ts'

describe('files named by a caller', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let root: string
  beforeAll(async () => {
    folder = await temporaryFolder()
    root = join(folder.path, 'open')
    await mkdir(root)
    await writeFile(join(root, 'a.csv'), 'x')
    await writeFile(join(folder.path, 'secret.csv'), 'x')
    await symlink(join(folder.path, 'secret.csv'), join(root, 'way-out.csv'))
    await mkdir(join(folder.path, 'open-too'))
  })
  afterAll(() => folder.remove())

  it('resolves a relative name from the first root', async () => {
    expect(await allowedFile('a.csv', [root])).toBe(join(root, 'a.csv'))
  })

  it('keeps our own state shut, by any way to it', async () => {
    const kept = join(root, '.home', 'database')
    await mkdir(kept, { recursive: true })
    await writeFile(join(kept, 'pages'), 'x')
    await symlink(join(root, '.home'), join(root, 'link'))
    for (const path of ['.home/database', '.home/database/pages', 'link/database/pages', '.home', 'link', './link/../link'])
      await expect(allowedFile(path, [root], [kept]), path).rejects.toMatchObject({ code: 'not_allowed' })
    expect(await allowedFile('a.csv', [root], [kept])).toBe(join(root, 'a.csv'))
    expect(await allowedFile('.', [root], [kept]), 'walks pass over what is hidden').toBe(root)
    await expect(allowedFile('.', [root], [join(root, 'a.csv')])).rejects.toMatchObject({ code: 'not_allowed' })
  })

  it.each(['../secret.csv', '/etc/passwd', 'way-out.csv', '../open-too', '../missing'])('refuses %s', async (name) => {
    await expect(allowedFile(name, [root])).rejects.toMatchObject({
      code: 'not_allowed',
      message: expect.stringContaining('MILLRACE_FILES'),
    })
  })

  it('says what it looked for when nothing is there', async () => {
    await expect(allowedFile('b.csv', [root])).rejects.toMatchObject({
      code: 'not_found',
      message: expect.stringContaining(join(root, 'b.csv')),
    })
  })

  it('refuses a NUL character', async () => {
    await expect(allowedFile('a.csv\0.txt', [root])).rejects.toMatchObject({ code: 'invalid_input' })
  })
})
