/** A thread of a test that keeps a team busy until it is ended from outside. */
import { workerData } from 'node:worker_threads'
import { openTeam } from '../team.ts'
import { performSquares } from './squares.ts'

const list = new Float64Array(new SharedArrayBuffer(8 * 8))
const team = openTeam(performSquares(list), { threads: 3, worker: new URL(String(workerData)), data: list })
for (;;) team.run(1, 8)
