/** Files named by a caller: only real paths inside the allowed roots and outside our own state, symlinks resolved first. */
import { realpath } from 'node:fs/promises'
import { isAbsolute, relative, resolve, sep } from 'node:path'
import { Fault } from './fault.ts'

/**
 * The real path of `path` (relative ones start at the first root). `closed` are paths that stay shut although they lie in a
 * root: the database, the blobs of all workspaces, secrets. Throws `not_found` or `not_allowed`.
 */
export async function allowedFile(path: string, roots: readonly string[], closed: readonly string[] = []): Promise<string> {
  const [home] = roots
  if (home === undefined)
    throw new Fault('not_allowed', 'No folder is open for reading files. Set MILLRACE_FILES to the folders tools may read.')
  if (path.includes('\0')) throw new Fault('invalid_input', 'A path holds a NUL character; remove it.')
  const wanted = resolve(home, path)
  const real = await realpath(wanted).catch(() => undefined)
  if (!isInside(real ?? wanted, await Promise.all(roots.map(realRoot)))) {
    throw new Fault(
      'not_allowed',
      `'${path}' lies outside the folders tools may read (${roots.join(', ')}). Move it there, or add its folder to MILLRACE_FILES.`,
    )
  }
  if (real !== undefined && (await reachesClosed(real, closed)))
    throw new Fault('not_allowed', `'${path}' holds what Millrace keeps for itself. Name another file or folder.`)
  if (real === undefined) throw new Fault('not_found', `There is no file or folder '${path}' (looked for ${wanted}).`)
  return real
}

/** It lies there, or is a folder whose walk would come there: walks pass over hidden folders. */
async function reachesClosed(real: string, closed: readonly string[]): Promise<boolean> {
  const shut = await Promise.all(closed.map(realRoot))
  return isInside(real, shut) || shut.some((path) => isInside(path, [real]) && !hidden(relative(real, path)))
}

const hidden = (way: string): boolean => way.split(sep).some((part) => part.startsWith('.'))

const realRoot = (root: string): Promise<string> => realpath(root).catch(() => root)

function isInside(path: string, roots: readonly string[]): boolean {
  return roots.some((root) => {
    const way = relative(root, path)
    return way === '' || (!way.startsWith('..') && !isAbsolute(way))
  })
}
