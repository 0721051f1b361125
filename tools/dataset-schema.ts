/** How datasets and their columns look in the inputs and results of tools. */
import { z } from 'zod'
import { columnTypes } from '../ml/data/column-types.ts'

export const datasetRef = z
  .string()
  .min(1)
  .max(120)
  .describe('Dataset name, or name@version for one version; a name alone means its newest version.')

export const datasetName = z
  .string()
  .min(1)
  .max(100)
  .describe("Name for the dataset: letters, digits, '_', '-' and '.', beginning with a letter or digit.")

export const columnSchema = z.object({
  name: z.string().describe('Column name.'),
  type: z.enum(columnTypes).describe('integer, number, boolean, date, timestamp or text.'),
})

/** A value of a cell as JSON. */
export const cellSchema = z.json().describe('The value; null is missing, dates are ISO text.')

/** "adult@2", the way a version is written everywhere. */
export const versionName = ({ name, version }: { readonly name: string; readonly version: number }): string => `${name}@${version}`

/** An array in a result: readonly, as the domain functions give it. */
export const list = <S extends z.ZodType>(item: S) => z.array(item).readonly()
