/** A foreign server as a child of this process: it has a minimal environment, and it ends when we do. */
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import type { StdioSpec } from './servers-file.ts'

/** Of one message. */
const mostBytes = 4 * 1_048_576
/** For a server to end by itself after its input did. */
const graceMs = 1_000

/** Children that have not ended. A parent that is killed outright closes their input, which ends every server that reads it. */
const children = new Map<ChildTransport, number>()
let listening = false

/** The library gives a child PATH, HOME and their like, and what the operator lists; nothing else of ours. */
export class ChildTransport extends StdioClientTransport {
  constructor({ command, args, env, cwd }: StdioSpec) {
    // What it says on its standard error may hold its secrets.
    super({ command, args: [...args], env: { ...env }, cwd, stderr: 'ignore', maxBufferSize: mostBytes })
    this.onclose = () => void children.delete(this)
  }

  override async start(): Promise<void> {
    if (!listening) process.once('exit', killAll)
    listening = true
    await super.start()
    if (this.pid !== null) children.set(this, this.pid)
  }

  /** Resolves when the child has ended, or was killed. */
  async end(): Promise<void> {
    const closing = this.close()
    const deadline = performance.now() + graceMs
    while (children.has(this) && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20))
    kill(children.get(this))
    await closing
  }
}

function killAll(): void {
  for (const pid of children.values()) kill(pid)
}

function kill(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}
