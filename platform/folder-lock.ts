/**
 * One process owns a data folder: two of them on one embedded database destroy it silently.
 * On Linux a socket in the abstract namespace, named by the folder's device and inode, holds the lock: the kernel
 * frees it the moment the process dies. Elsewhere a file with the owner's pid holds it, and only a dead owner loses it.
 */
import { mkdir, readFile, stat, unlink, writeFile } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { Fault } from './fault.ts'

export interface FolderOwner {
  readonly pid: number
  /** Where it serves, once it does. */
  readonly url?: string
}

export interface FolderLock {
  /** Tells later openers where this process serves. */
  announce(url: string): void
  release(): Promise<void>
}

/** Throws `conflict` naming the owner's pid when another process has the folder. */
export async function lockFolder(folder: string): Promise<FolderLock> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  return process.platform === 'linux' ? lockBySocket(folder) : lockByFile(folder)
}

/** An early look, before anything slow is loaded. Throws what `lockFolder` would. */
export async function requireFree(folder: string): Promise<void> {
  const owner = await folderOwner(folder)
  if (owner) throw taken(folder, owner)
}

/** Who has the folder, or nothing when it is free. Answers within a second. */
export async function folderOwner(folder: string): Promise<FolderOwner | undefined> {
  const known = await stat(folder).catch(() => undefined)
  if (!known) return undefined
  return process.platform === 'linux' ? askOwner(await socketName(folder)) : readOwner(folder)
}

function taken(folder: string, owner: FolderOwner | undefined): Fault {
  const who = owner ? `process ${owner.pid}${owner.url ? ` (serving ${owner.url})` : ''}` : 'another process'
  return new Fault('conflict', `The data folder ${folder} is in use by ${who}. Stop it, or set MILLRACE_HOME to another folder.`)
}

async function socketName(folder: string): Promise<string> {
  const { dev, ino } = await stat(folder)
  return `\0millrace-${dev}-${ino}`
}

async function lockBySocket(folder: string): Promise<FolderLock> {
  const name = await socketName(folder)
  let owner: FolderOwner = { pid: process.pid }
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.end(JSON.stringify(owner))
  })
  if (!(await listen(server, name))) throw taken(folder, await askOwner(name))
  server.unref()
  return {
    announce: (url) => {
      owner = { ...owner, url }
    },
    release: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

function listen(server: Server, name: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => ('code' in error && error.code === 'EADDRINUSE' ? resolve(false) : reject(error)))
    server.listen(name, () => resolve(true))
  })
}

function askOwner(name: string): Promise<FolderOwner | undefined> {
  return new Promise((resolve) => {
    let text = ''
    const socket = connect(name)
    socket.setTimeout(800, () => socket.destroy())
    socket.on('data', (chunk) => {
      text += chunk.toString()
    })
    socket.on('error', () => resolve(undefined))
    socket.on('close', () => resolve(parseOwner(text)))
  })
}

function parseOwner(text: string): FolderOwner | undefined {
  try {
    const { pid, url } = JSON.parse(text)
    return typeof pid === 'number' ? { pid, ...(typeof url === 'string' ? { url } : {}) } : undefined
  } catch {
    return undefined
  }
}

const ownerFile = (folder: string): string => join(folder, 'owner.json')

async function readOwner(folder: string): Promise<FolderOwner | undefined> {
  const text = await readFile(ownerFile(folder), 'utf8').catch(() => '')
  const owner = parseOwner(text)
  return owner && isAlive(owner.pid) ? owner : undefined
}

async function lockByFile(folder: string): Promise<FolderLock> {
  const file = ownerFile(folder)
  const write = (owner: FolderOwner, flag: 'wx' | 'w'): Promise<void> =>
    writeFile(file, JSON.stringify({ ...owner, host: hostname(), since: new Date().toISOString() }), { flag, mode: 0o600 })
  const owner = await readOwner(folder)
  if (owner) throw taken(folder, owner)
  await unlink(file).catch(() => undefined)
  await write({ pid: process.pid }, 'wx').catch(async () => {
    throw taken(folder, await readOwner(folder))
  })
  return {
    announce: (url) => void write({ pid: process.pid, url }, 'w'),
    release: () => unlink(file).catch(() => undefined),
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
