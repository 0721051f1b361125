/** What one foreign server offers now, against what was accepted of it: the accepted is in the catalogue, the rest is withheld. */
import { Fault } from '../../platform/fault.ts'
import type { ForeignToolState } from '../../tools/ports.ts'
import type { Tool } from '../../tools/tool.ts'
import { plainWords } from './foreign-text.ts'
import { foreignTool, type Send } from './foreign-tool.ts'
import { hashOffer, hashOffers, type Offer } from './offer.ts'
import type { Pin, Pins } from './pins.ts'
import type { ServerSpec } from './servers-file.ts'
import { localNames } from './tool-name.ts'

export interface OfferBoard {
  /** A new list of the server's. The first ever is accepted as it is. Throws for more than anybody can look through. */
  post(offers: readonly Offer[]): Promise<void>
  /** Accepted, and still exactly what the server offers. */
  isCallable(offer: Offer): boolean
  /** The pins that accepting `hash` means: of the whole list, or of one tool. Throws `conflict` when nothing withheld has it. */
  pinsFor(hash: string): readonly Pin[]
  tools(): readonly ForeignToolState[]
  /** Over all that is offered. */
  hash(): string
}

export interface OfferBoardParts {
  readonly spec: ServerSpec
  readonly pins: Pins
  /** Replaces this server's tools in the catalogue. */
  readonly join: (tools: readonly Tool[]) => void
  /** Told once for every list that holds something withheld. */
  readonly onWithheld: (tools: readonly ForeignToolState[], hash: string) => void
  readonly send: Send
}

const mostTools = 128
const longestDescription = 2_000
const names = /^[\w./ -]{1,128}$/

interface Listed {
  readonly offer: Offer
  readonly local: string
  readonly hash: string
  readonly pin: Pin | undefined
}

export function createOfferBoard({ spec, pins, join, onWithheld, send }: OfferBoardParts): OfferBoard {
  let listed: readonly Listed[] = []
  let joined = ''
  let told = ''

  const known = async (offers: readonly Offer[]): Promise<ReadonlyMap<string, Pin>> => {
    const before = await pins.read(spec.name)
    if (before) return before
    await pins.join(spec.name, offers.map(pinOf))
    return (await pins.read(spec.name)) ?? new Map()
  }
  const hash = (): string => hashOffers(listed.map(({ offer }) => offer))
  const publish = (): void => {
    const accepted = listed.filter(isAccepted)
    const state = hashOffers(accepted.map(({ offer }) => offer))
    // Whoever keeps something made from the list makes it anew at each join.
    if (state !== joined) join(accepted.map(({ offer, local }) => foreignTool(spec, offer, { name: local, send })))
    joined = state
    const withheld = listed.filter((one) => !isAccepted(one))
    if (withheld.length > 0 && told !== hash()) onWithheld(withheld.map(stateOf), hash())
    told = hash()
  }

  return {
    post: async (given) => {
      const offers = usable(spec, given)
      const accepted = await known(offers)
      const locals = localNames(
        spec.name,
        offers.map(({ name }) => name),
      )
      listed = offers.map((offer) => ({
        offer,
        local: locals.get(offer.name) ?? '',
        hash: hashOffer(offer),
        pin: accepted.get(offer.name),
      }))
      publish()
    },
    isCallable: (offer) => listed.some((one) => one.offer.name === offer.name && isAccepted(one) && one.hash === hashOffer(offer)),
    pinsFor: (wanted) => {
      const meant = listed.filter((one) => !isAccepted(one) && (wanted === hash() || wanted === one.hash))
      if (meant.length > 0) return meant.map(({ offer }) => pinOf(offer))
      throw new Fault(
        'conflict',
        `MCP server '${spec.name}' withholds nothing with this hash; it may have changed again. List it and look.`,
      )
    },
    tools: () => listed.map(stateOf),
    hash,
  }
}

/** What the operator's file lets in. */
function usable({ name, allow }: ServerSpec, offers: readonly Offer[]): readonly Offer[] {
  const wanted = [...new Map(offers.map((offer) => [offer.name, offer])).values()].filter((offer) => allow?.includes(offer.name) ?? true)
  if (wanted.length > mostTools)
    throw new Fault(
      'unavailable',
      `MCP server '${name}' offers ${wanted.length} tools; at most ${mostTools} join. Name those you need in 'allow'.`,
    )
  return wanted.filter((offer) => names.test(offer.name))
}

const isAccepted = ({ hash, pin }: Listed): boolean => pin?.hash === hash

const pinOf = (offer: Offer): Pin => ({
  tool: offer.name,
  hash: hashOffer(offer),
  description: plainWords(offer.description ?? '', longestDescription),
})

function stateOf({ offer, local, hash, pin }: Listed): ForeignToolState {
  const description = plainWords(offer.description ?? '', longestDescription)
  const state = pin === undefined ? 'new' : pin.hash === hash ? 'joined' : 'changed'
  const before = state === 'changed' && pin ? { accepted: { hash: pin.hash, description: pin.description } } : {}
  return { tool: local, name: offer.name, state, hash, description, ...before }
}
