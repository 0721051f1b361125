/** Side-by-side benchmarks: `npm run bench -- <name>` prints JSON with ratios; progress goes to stderr. */
import { benchAgent } from './agent.ts'
import { benchEventLoop } from './event-loop.ts'
import { benchFilters } from './filters.ts'
import { benchForest } from './forest.ts'
import { benchGbdt } from './gbdt.ts'
import { benchIngest } from './ingest.ts'
import { benchLinear } from './linear.ts'
import { benchMcp } from './mcp.ts'
import { benchNeural } from './neural.ts'
import { benchPredict } from './predict.ts'
import { benchRetrieval } from './retrieval.ts'
import { benchShap } from './shap.ts'
import { benchToolCall } from './tool-call.ts'

type Bench = (args: readonly string[]) => Promise<Readonly<Record<string, unknown>>>

const benches: Readonly<Record<string, Bench>> = {
  agent: benchAgent,
  'tool-call': benchToolCall,
  'event-loop': benchEventLoop,
  retrieval: benchRetrieval,
  mcp: benchMcp,
  ingest: benchIngest,
  filters: benchFilters,
  gbdt: benchGbdt,
  forest: benchForest,
  linear: benchLinear,
  neural: benchNeural,
  predict: benchPredict,
  shap: benchShap,
}

const [name = '', ...args] = process.argv.slice(2)
const bench = benches[name]
if (bench === undefined) {
  console.error(`'${name}' is no benchmark. Run one of: ${Object.keys(benches).join(', ')}.`)
  process.exit(2)
}
console.log(JSON.stringify({ bench: name, ...(await bench(args)) }, null, 2))
process.exit(0)
