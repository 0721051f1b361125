/** Children end with their parent: those still open when the process exits are killed, whatever way it exits. */

const children = new Set<number>()
let listening = false

/** Until `closed` aborts. A parent that is killed outright closes their stdin, which ends every server that reads it. */
export function killAtExit(pid: number | null, closed: AbortSignal): void {
  if (pid === null) return
  children.add(pid)
  closed.addEventListener('abort', () => children.delete(pid), { once: true })
  if (listening) return
  listening = true
  process.once('exit', () => {
    for (const child of children) kill(child)
  })
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}
