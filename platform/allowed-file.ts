/** Files named by a caller: only real paths inside the allowed roots, symlinks resolved first. */
import { realpath } from 'node:fs/promises'
import { isAbsolute, relative, resolve } from 'node:path'
import { Fault } from './fault.ts'

/** The real path of `path` (relative ones start at the first root). Throws `not_found` or `not_allowed`. */
export async function allowedFile(path: string, roots: readonly string[]): Promise<string> {
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
  if (real === undefined) throw new Fault('not_found', `There is no file or folder '${path}' (looked for ${wanted}).`)
  return real
}

const realRoot = (root: string): Promise<string> => realpath(root).catch(() => root)

function isInside(path: string, roots: readonly string[]): boolean {
  return roots.some((root) => {
    const way = relative(root, path)
    return way === '' || (!way.startsWith('..') && !isAbsolute(way))
  })
}
