import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { folderOwner, lockFolder } from './folder-lock.ts'
import { temporaryFolder } from './testing/harness.ts'

describe('the folder lock', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  beforeAll(async () => {
    folder = await temporaryFolder()
  })
  afterAll(() => folder.remove())

  it('refuses a second owner, naming the first one and where it serves', async () => {
    const lock = await lockFolder(folder.path)
    lock.announce('http://127.0.0.1:7788')
    await expect(lockFolder(folder.path)).rejects.toThrow(new RegExp(`process ${process.pid} \\(serving http://127.0.0.1:7788\\)`))
    expect(await folderOwner(folder.path)).toEqual({ pid: process.pid, url: 'http://127.0.0.1:7788' })
    await lock.release()
    expect(await folderOwner(folder.path)).toBeUndefined()
  })

  it('is free at once after its owner was killed', async () => {
    const script = `import { lockFolder } from ${JSON.stringify(new URL('./folder-lock.ts', import.meta.url).href)}
      await lockFolder(${JSON.stringify(folder.path)}); console.log('locked'); setInterval(() => {}, 1000)`
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: ['ignore', 'pipe', 'inherit'] })
    await once(child.stdout, 'data')
    await expect(lockFolder(folder.path)).rejects.toThrow(`process ${child.pid}`)
    child.kill('SIGKILL')
    await once(child, 'exit')
    const lock = await lockFolder(folder.path)
    await lock.release()
  })
})
