/** Compiles a kernel's source (assembly/<name>.ts, AssemblyScript) to WebAssembly: the same source gives the same bytes. */
import asc from 'assemblyscript/asc'

/**
 * Memory is handed in and shared, so that several threads run one kernel on one copy of the data. No relaxed SIMD: its
 * results differ between machines.
 */
const options = [
  '-O3',
  '--noAssert',
  '--runtime',
  'stub',
  '--importMemory',
  '--sharedMemory',
  '--initialMemory',
  '1',
  '--maximumMemory',
  '65536',
]
const features = ['--enable', 'simd', '--enable', 'threads']

/** Throws with the compiler's words. */
export async function compileKernel(name: string): Promise<Uint8Array> {
  const folder = new URL('.', import.meta.url).pathname
  let bytes: Uint8Array | undefined
  const { error, stderr } = await asc.main(
    [`assembly/${name}.ts`, '--baseDir', folder, '--outFile', `${name}.wasm`, ...options, ...features],
    {
      writeFile: (_, contents) => {
        bytes = typeof contents === 'string' ? undefined : contents
      },
    },
  )
  if (error !== null || bytes === undefined) throw new Error(`Kernel '${name}' does not compile:\n${stderr.toString()}`)
  return bytes
}
