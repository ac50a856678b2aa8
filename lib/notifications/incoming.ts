import type { NotificationHeaders } from './headers.js'

/** A request that may be a notification, whatever server it came to. */
export interface Incoming {
  readonly method: string | undefined
  /** Path and query, as the sender wrote them. */
  readonly url: string
  readonly headers: NotificationHeaders
  /**
   * The raw body of at most `limit` bytes.
   *
   * @throws {BodyProblem} when it is larger, or stops.
   */
  readonly read: (limit: number, signal: AbortSignal) => Promise<Buffer>
}

/** A body that cannot be had. The status is `undefined` when the sender is gone. */
export class BodyProblem extends Error {
  override readonly name = 'BodyProblem'
  readonly status: 408 | 413 | undefined

  constructor(message: string, status?: 408 | 413) {
    super(message)
    this.status = status
  }
}

export const tooLarge = (limit: number): BodyProblem =>
  new BodyProblem(`The body is larger than ${limit} bytes`, 413)

export const tooSlow = (): BodyProblem => new BodyProblem('The body did not arrive in time', 408)

export const cutOff = (): BodyProblem => new BodyProblem('The sender was gone before the body had arrived')
