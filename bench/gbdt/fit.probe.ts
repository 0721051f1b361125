/** One fit of ours in a process of its own: reads the table, fits, scores rows it has not seen. Arguments: table, test table, scores, threads. */
import { writeFile } from 'node:fs/promises'
import { gradientBoosting } from '../../ml/models/gradient-boosting.ts'
import { readTable } from './table.ts'

const [table = '', test = '', out = '', threads = '1'] = process.argv.slice(2)
const problem = await readTable(table)
const started = performance.now()
const before = process.cpuUsage()
const fitted = gradientBoosting.fit(problem, {}, { seed: 0, threads: Number(threads), progress: () => undefined })
const { user, system } = process.cpuUsage(before)
const wall = (performance.now() - started) / 1000
const peak = process.resourceUsage().maxRSS / 1024
const unseen = await readTable(test)
const scores = new Float64Array(2 * unseen.rows)
gradientBoosting.batchScorer(fitted, problem)(unseen.values, unseen.rows, scores)
await writeFile(
  out,
  scores.filter((_, i) => i % 2 === 1),
)
console.log(JSON.stringify({ cpu: (user + system) / 1e6, wall, peak_mb: peak, versions: { node: process.versions.node } }))
