import type { Agents } from '../../transport/agents.js'
import type { PlatformKeys } from './platform-keys.js'
import type { Signer } from './signer.js'

/** What one client's APIv3 requests and answers need. */
export interface V3Context {
  readonly signer: Signer
  readonly keys: PlatformKeys
  readonly agents: Agents
}
