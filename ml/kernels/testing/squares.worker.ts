/** A helper of the teams in tests. */
import { workerData } from 'node:worker_threads'
import { type HelperInput, serveTeam } from '../team.ts'
import { performSquares } from './squares.ts'

const input: HelperInput<Float64Array> = workerData

serveTeam(input, performSquares(input.data))
