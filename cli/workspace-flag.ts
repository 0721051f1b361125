/** `--workspace NAME`: who sits at this machine's terminal owns every workspace of it, and says here which one is meant. */
import { Fault } from '../platform/fault.ts'

export interface Addressed {
  /** Undefined: the terminal's own. */
  readonly workspace: string | undefined
  /** Without the flag. */
  readonly argv: readonly string[]
}

/** Throws `usage` for a flag without a name, or a name that no workspace can have. */
export function takeWorkspace(argv: readonly string[]): Addressed {
  const at = argv.findIndex((word) => word === '--workspace' || word.startsWith('--workspace='))
  const flag = argv[at]
  if (flag === undefined) return { workspace: undefined, argv }
  const joined = flag.includes('=')
  const workspace = joined ? flag.slice('--workspace='.length) : argv[at + 1]
  if (workspace === undefined || !/^[\w.@ -]{1,64}$/.test(workspace) || workspace.startsWith('-'))
    throw new Fault('usage', '--workspace wants the name of a workspace, for example --workspace lab.')
  return { workspace, argv: argv.toSpliced(at, joined ? 1 : 2) }
}
