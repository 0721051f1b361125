/** Fits and predicts as asked, line by line on stdin, as peer.py does: our side of bench/linear.ts, in a process of its own. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { algorithmNamed } from '../../ml/models/algorithms.ts'
import { outputs } from '../../ml/models/problem.ts'
import { cases, tablesOf } from './cases.ts'

const [folder = '', rows = ''] = process.argv.slice(2)
const tables = tablesOf(Number(rows))

console.log(JSON.stringify({ versions: { node: process.versions.node } }))
for await (const line of createInterface({ input: process.stdin })) {
  const measured = cases.find(({ name }) => name === line.split(' ')[0])
  if (measured === undefined) throw new Error(`There is no case '${line}'.`)
  const algorithm = algorithmNamed(measured.algorithm)
  const problem = tables[measured.table]
  const scores = new Float64Array(problem.rows * outputs(problem))
  const fitted = timed(() => algorithm.fit(problem, measured.params, { seed: 0, progress: () => undefined }))
  const predicted = timed(() => algorithm.batchScorer(fitted.value, problem)(problem.values, problem.rows, scores))
  await writeFile(join(folder, 'scores.f64'), scores)
  console.log(JSON.stringify({ fit: fitted.seconds, predict: predicted.seconds }))
}

function timed<T>(work: () => T): { readonly value: T; readonly seconds: { readonly cpu: number; readonly wall: number } } {
  const started = performance.now()
  const before = process.cpuUsage()
  const value = work()
  const { user, system } = process.cpuUsage(before)
  return { value, seconds: { cpu: (user + system) / 1e6, wall: (performance.now() - started) / 1000 } }
}
