/** Loads a compiled kernel over memory that threads share. Where WebAssembly SIMD is missing, callers use their own JavaScript. */
import { readFileSync } from 'node:fs'

const compiled = new Map<string, WebAssembly.Module | undefined>()

/** The module <name>.wasm beside this file; undefined where the engine cannot run it. Compiled once a thread. */
export function kernelModule(name: string): WebAssembly.Module | undefined {
  if (!compiled.has(name)) compiled.set(name, read(name))
  return compiled.get(name)
}

function read(name: string): WebAssembly.Module | undefined {
  const bytes = readFileSync(new URL(`./${name}.wasm`, import.meta.url))
  return WebAssembly.validate(bytes) ? new WebAssembly.Module(bytes) : undefined
}

/** Shared memory of at least this many bytes; throws a RangeError beyond 4 GiB. */
export function sharedMemory(bytes: number): WebAssembly.Memory {
  const pages = Math.max(1, Math.ceil(bytes / 65_536))
  return new WebAssembly.Memory({ initial: pages, maximum: 65_536, shared: true })
}

/** What runs a kernel; its results are the same. */
export type Engine = 'webassembly' | 'javascript'

interface Kernel<K> {
  readonly name: string
  readonly isKernel: (exports: WebAssembly.Exports) => exports is WebAssembly.Exports & K
  readonly twin: (memory: WebAssembly.Memory) => K
  /** WebAssembly where it can be, unless named. */
  readonly engine?: Engine
}

/** A kernel's functions over this memory. */
export function kernelOver<K>(memory: WebAssembly.Memory, { name, isKernel, twin, engine = 'webassembly' }: Kernel<K>): K {
  const module = engine === 'webassembly' ? kernelModule(name) : undefined
  if (module === undefined) return twin(memory)
  const { exports } = new WebAssembly.Instance(module, { env: { memory } })
  if (!isKernel(exports)) throw new TypeError(`The kernel '${name}' lacks functions: run npm run kernels.`)
  return exports
}
