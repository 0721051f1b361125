/** Content-addressed files: a blob's name is the SHA-256 of its bytes, so no name from outside becomes a path. */
import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { copyFile, mkdir, open, readFile, rename, rm, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { Fault } from './fault.ts'

export interface Blobs {
  /** Stores bytes; the same bytes are stored once. Returns the digest (64 hex digits). */
  put(bytes: Uint8Array): Promise<string>
  /** Moves a finished local file in; copies when it lies on another device. Returns the digest. */
  adopt(file: string): Promise<string>
  /** Throws `not_found`. */
  get(digest: string): Promise<Uint8Array>
  has(digest: string): Promise<boolean>
  /** Forgets bytes. Only for those that nothing else can hold, since whoever stored the same bytes shares them. */
  remove(digest: string): Promise<void>
  /** A local path for libraries that read files themselves (DuckDB). Read only. */
  path(digest: string): Promise<string>
  /** A path for writing a file that `adopt` will take. */
  scratch(extension: string): Promise<string>
}

export async function openBlobFolder(folder: string): Promise<Blobs> {
  const scratchFolder = join(folder, 'scratch')
  await mkdir(scratchFolder, { recursive: true })

  const locate = (digest: string): string => {
    if (!/^[0-9a-f]{64}$/.test(digest)) throw new Fault('invalid_input', `'${digest}' is not a blob digest: expected 64 hex digits.`)
    return join(folder, digest.slice(0, 2), digest)
  }
  const scratch = async (extension: string): Promise<string> =>
    join(scratchFolder, `${randomUUID()}.${extension.replaceAll(/[^a-z0-9]/gi, '')}`)

  const adopt = async (file: string): Promise<string> => {
    const digest = await digestOf(file)
    const target = locate(digest)
    if (await exists(target)) {
      await unlink(file)
      return digest
    }
    await mkdir(join(folder, digest.slice(0, 2)), { recursive: true })
    await flush(file)
    await moveInto(file, target)
    return digest
  }

  return {
    scratch,
    adopt,
    put: async (bytes) => {
      const digest = createHash('sha256').update(bytes).digest('hex')
      if (await exists(locate(digest))) return digest
      const file = await scratch('part')
      const handle = await open(file, 'wx')
      try {
        await handle.writeFile(bytes)
      } finally {
        await handle.close()
      }
      return adopt(file)
    },
    get: async (digest) => {
      const file = locate(digest)
      if (!(await exists(file))) throw missing(digest)
      return readFile(file)
    },
    has: (digest) => exists(locate(digest)),
    remove: (digest) => rm(locate(digest), { force: true }),
    path: async (digest) => {
      const file = locate(digest)
      if (!(await exists(file))) throw missing(digest)
      return file
    },
  }
}

const missing = (digest: string): Fault =>
  new Fault('not_found', `Blob ${digest.slice(0, 12)}… is not in the store; restore it from a backup.`)

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  )
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk)
  return hash.digest('hex')
}

/** The bytes reach the disk before the name does, so a name never stands for a torn file. */
async function flush(file: string): Promise<void> {
  const handle = await open(file, 'r+')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function moveInto(file: string, target: string): Promise<void> {
  try {
    await rename(file, target)
  } catch {
    const part = `${target}.${randomUUID()}.part`
    await copyFile(file, part)
    await rename(part, target)
    await unlink(file)
  }
}
