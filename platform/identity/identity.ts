/** Who may come in: the one owner on this machine, or holders of tokens that are stored only as hashes. */
import type { Caller, Channel, Role } from '../caller.ts'

export interface TokenRecord {
  readonly id: string
  readonly name: string
  readonly kind: 'person' | 'agent'
  readonly role: Role
  readonly workspace: string
  /** The only tools it may call; null: all that its role allows. */
  readonly tools: readonly string[] | null
  readonly createdAt: Date
  readonly expiresAt: Date | null
  readonly revokedAt: Date | null
}

export interface Identity {
  /** The installation's owner: admin of workspace "default". In `token` mode only on `terminal`; else throws `unauthenticated`. */
  owner(channel: Channel): Caller
  /** Throws `unauthenticated` for an unknown, expired or revoked token, in the same time for each. */
  fromToken(token: string, channel: Channel): Promise<Caller>
  /** The token is shown once, here; only its SHA-256 is kept. */
  mint(request: {
    readonly name: string
    readonly kind: 'person' | 'agent'
    readonly role: Role
    readonly workspace?: string
    readonly tools?: readonly string[]
    readonly expiresAt?: Date
  }): Promise<{
    readonly id: string
    readonly token: string
  }>
  list(workspace: string): Promise<readonly TokenRecord[]>
  revoke(id: string, workspace: string): Promise<void>
}
