/** A tool as its server lists it, and the hash by which a change of any of its words shows. */
import { digestOf } from '../../platform/canonical.ts'

export interface Offer {
  readonly name: string
  readonly title?: string | undefined
  readonly description?: string | undefined
  readonly inputSchema: Readonly<Record<string, unknown>>
  readonly outputSchema?: Readonly<Record<string, unknown>> | undefined
  readonly annotations?: Readonly<Record<string, unknown>> | undefined
}

/** SHA-256 over everything of it that a model, a person or a policy could read. */
export function hashOffer({ name, title, description, inputSchema, outputSchema, annotations }: Offer): string {
  return digestOf({ name, title, description, inputSchema, outputSchema, annotations })
}

/** One hash for all that a server offers, whatever the order. */
export function hashOffers(offers: readonly Offer[]): string {
  return digestOf(offers.map(hashOffer).toSorted())
}
