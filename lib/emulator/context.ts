import type { Brand } from './identity/brand.js'
import type { Identity } from './identity/identity.js'
import type { Random } from './identity/random.js'
import type { SignedNotification } from './protocols/notifications.js'
import type { State } from './state/state.js'

/** What handlers work with. */
export interface Context {
  readonly identity: Identity
  /** Made when it is first asked for. */
  readonly brand: () => Brand
  readonly state: State
  /** Ids and numbers; apart from the nonces, so that they stay the same under a seed. */
  readonly ids: Random
  readonly nonces: Random
  /** Now, in milliseconds. */
  readonly now: () => number
  /** Where the emulator listens. */
  readonly url: () => string
  /** Sends a notification some time after the answer, when `url` is on this machine; never throws. */
  readonly announce: (eventType: string, url: string | undefined, resource: object) => void
  /** Sends a notification of v2 the same way. */
  readonly send: (eventType: string, url: string | undefined, notification: () => SignedNotification) => void
}
