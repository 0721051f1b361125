/** How models, their versions and their traffic look in the inputs and results of tools. */
import { z } from 'zod'
import { stages } from '../ml/registry/registry.ts'
import { routeRoles } from '../ml/serving/routes.ts'
import { list } from './dataset-schema.ts'

export const modelName = z.string().min(1).max(100).describe('Name of a registered model.')

export const versionNumber = z.int().min(1).describe('Version of the model, counted from 1.')

export const stageSchema = z.enum(stages).describe('none, staging, production or archived.')

export const metricsSchema = z.record(z.string(), z.number()).describe('Metrics by name, as training measured them.')

export const routesSchema = list(
  z.object({
    version: versionNumber,
    percent: z.number().describe('Share of the traffic in percent; for a shadow the share that is copied to it.'),
    role: z.enum(routeRoles).describe('live answers by default; canary and variant answer a share; shadow is asked but not answered from.'),
  }),
).describe('Where traffic goes now.')

/** "version 3 live 90 %, version 4 canary 10 %". */
export const routesInWords = (routes: readonly { readonly version: number; readonly percent: number; readonly role: string }[]): string =>
  routes.length === 0
    ? 'no version in service'
    : routes.map(({ version, percent, role }) => `version ${version} ${role} ${percent} %`).join(', ')

export const recordSchema = z.record(z.string(), z.json()).describe("One case: the model's columns by name; null where a value is missing.")
