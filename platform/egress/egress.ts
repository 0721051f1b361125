/** The one way out: every request that leaves this process for an address from a caller or the configuration goes through here. */

export interface EgressRequest {
  /** http or https. */
  readonly url: string
  readonly method?: 'GET' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  readonly signal: AbortSignal
  /** Whole request, redirects included. Default 30,000. */
  readonly timeoutMs?: number
  /** Most bytes of the decoded body. Default 20 MiB. */
  readonly maxBytes?: number
  /**
   * `caller`: somebody named this address in a call, so private, loopback and link-local addresses are refused, at every
   * redirect and for the very address connected to, unless the operator listed the host.
   * `configured`: the operator set it, so it may be private; another host that it redirects to may not.
   */
  readonly origin: 'caller' | 'configured'
  /** `listed`: only hosts on the operator's list, at every redirect. Default: any host that `origin` allows. */
  readonly hosts?: 'any' | 'listed'
}

export interface EgressResponse {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  /** Where it came from in the end. */
  readonly url: string
}

export interface Egress {
  /** Any status is an answer. Throws `not_allowed`, `unavailable`, `too_large`, `deadline`, `invalid_input` naming the host; never a secret of the address. */
  request(request: EgressRequest): Promise<EgressResponse>
}

/** A request to an address that the operator set, never one that a caller named. */
export interface EgressStreamRequest {
  readonly url: string
  readonly method?: 'GET' | 'POST' | 'DELETE'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  /** Ends the exchange, also while its body is read. */
  readonly signal: AbortSignal
  /** Until the headers are there. Default 30,000. */
  readonly timeoutMs?: number
  /** Most bytes of the body. Default 20 MiB. */
  readonly maxBytes?: number
}

export interface EgressStream {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Must be read or returned, or the connection stays open. Throws as `request` does. */
  readonly body: AsyncGenerator<Uint8Array>
}

/** For our own clients of configured servers; a tool is given `Egress` only. */
export interface StreamingEgress extends Egress {
  /** Does not follow redirects. */
  stream(request: EgressStreamRequest): Promise<EgressStream>
}
