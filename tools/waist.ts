/** The waist as one value: what every surface is given, and all it needs. */
import type { Platform } from '../platform/platform.ts'
import type { Catalogue, Invoke } from './invocation.ts'

export interface Waist {
  readonly platform: Platform
  readonly catalogue: Catalogue
  readonly invoke: Invoke
}
