// Types, lint (with the folder arrows and formatting) and unused code, side by side; every complaint is shown.
import { spawn } from 'node:child_process'

const checks = [
  ['types', 'tsc', ['--noEmit', '--project', '.']],
  ['lint', 'biome', ['check', '--error-on-warnings', '.']],
  ['unused', 'knip', []],
]

const run = ([name, command, args]) =>
  new Promise((resolve) => {
    const started = performance.now()
    const child = spawn(command, args, { shell: process.platform === 'win32' })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output += chunk
      })
    }
    child.on('error', (error) => resolve({ name, ok: false, output: `${error.message}\n`, seconds: 0 }))
    child.on('close', (code) => resolve({ name, ok: code === 0, output, seconds: (performance.now() - started) / 1000 }))
  })

const results = await Promise.all(checks.map(run))
for (const { name, ok, output, seconds } of results) {
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${name} (${seconds.toFixed(1)} s)`)
  if (!ok) console.log(output)
}
process.exit(results.every(({ ok }) => ok) ? 0 : 1)
