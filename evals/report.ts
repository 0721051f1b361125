/** What every suite prints. */
export interface SuiteReport {
  readonly suite: string
  /** The folder or file that was read. */
  readonly data: string
  /** SHA-256 of what was read, so that two reports are known to be about the same data. */
  readonly digest: string
  readonly metrics: object
  readonly cases?: readonly unknown[]
  /** One sentence. */
  readonly verdict: string
}
