/** A thread that helps a boosting fit: takes units of its tasks until the fit is done. */
import { workerData } from 'node:worker_threads'
import { type HelperInput, serveTeam } from '../../kernels/team.ts'
import { performer, type WorkInput, workbench } from './tasks.ts'

const input: HelperInput<WorkInput> = workerData

serveTeam(input, performer(input.data, workbench(input.data)))
