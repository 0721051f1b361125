// Compiles every kernel in ml/kernels/assembly to the .wasm file beside it; run it after changing one.
import { readdir, writeFile } from 'node:fs/promises'
import { compileKernel } from '../ml/kernels/compile.ts'

const folder = new URL('../ml/kernels/', import.meta.url)
for (const file of await readdir(new URL('assembly/', folder))) {
  if (!file.endsWith('.ts')) continue
  const name = file.slice(0, -'.ts'.length)
  const bytes = await compileKernel(name)
  await writeFile(new URL(`${name}.wasm`, folder), bytes)
  console.log(`${name}.wasm: ${bytes.length} bytes`)
}
