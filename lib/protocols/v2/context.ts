import type { KeyObject } from 'node:crypto'
import type { Agents } from '../../transport/agents.js'
import type { Signer } from '../v3/signer.js'

/** What one client's APIv2 requests and answers need. */
export interface V2Context {
  readonly signer: Signer
  /** APIv2 key. */
  readonly secret: KeyObject | undefined
  /** Secret of the payment application in WeCom. */
  readonly workwxSecret: KeyObject | undefined
  readonly agents: Agents
}
