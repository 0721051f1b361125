import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Blobs, openBlobFolder } from './blobs.ts'
import { temporaryFolder } from './testing/harness.ts'

describe('blobs', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let blobs: Blobs
  beforeAll(async () => {
    folder = await temporaryFolder()
    blobs = await openBlobFolder(folder.path)
  })
  afterAll(() => folder.remove())

  it('names bytes by their SHA-256 and stores the same bytes once', async () => {
    const digest = await blobs.put(Buffer.from('abc'))
    expect(digest).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
    expect(await Promise.all([blobs.put(Buffer.from('abc')), blobs.put(Buffer.from('abc'))])).toEqual([digest, digest])
    expect(Buffer.from(await blobs.get(digest)).toString()).toBe('abc')
  })

  it('takes a finished file in and leaves nothing behind', async () => {
    const file = await blobs.scratch('csv')
    await writeFile(file, 'a,b\n1,2\n')
    const digest = await blobs.adopt(file)
    expect(await blobs.has(digest)).toBe(true)
    await expect(writeFile(file, '', { flag: 'r+' })).rejects.toThrow('ENOENT')
  })

  it('never lets a name become a path', async () => {
    await writeFile(join(folder.path, 'secret'), 'x')
    for (const name of ['../secret', 'secret', '', '/etc/passwd', 'a'.repeat(64)]) {
      await expect(blobs.get(name)).rejects.toMatchObject({ name: 'Fault' })
    }
  })
})
