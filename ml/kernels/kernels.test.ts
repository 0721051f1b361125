import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { compileKernel } from './compile.ts'
import { kernelModule } from './load.ts'

const names = readdirSync(new URL('assembly/', import.meta.url))
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -'.ts'.length))

describe.each(names)('the kernel %s', (name) => {
  it('is what its source compiles to; if not, run npm run kernels', async () => {
    const committed = readFileSync(new URL(`${name}.wasm`, import.meta.url))
    expect(Buffer.from(await compileKernel(name)).equals(committed)).toBe(true)
  })

  it('runs on this machine', () => {
    expect(kernelModule(name)).toBeDefined()
  })
})
