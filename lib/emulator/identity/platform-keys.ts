import type { PlatformCertificates, PlatformKey } from './platform-certificates.js'
import type { Random } from './random.js'

/**
 * The state of a merchant, of which there are three: it never had certificates (`public-key`), it does not use the WeChat
 * Pay public key yet (`certificates`), or it is changing over, when both are in use (`switching`).
 */
export type PlatformMode = 'public-key' | 'certificates' | 'switching'

/** What the platform signs with, beyond the mode. */
export interface PlatformOptions {
  readonly mode: PlatformMode
  /**
   * The share of notifications that the public key signs while a merchant switches, from 0 to 1; 0.5 when absent. WeChat
   * Pay raises it from 0.001 to 1 within seven days. Responses do not go by it, but by what the request names.
   */
  readonly share?: number
}

/** The keys by which WeChat Pay responds to a client and notifies it. */
export interface PlatformKeys {
  /** The keys that the client may encrypt with, and that verify what it gets. */
  all(): readonly PlatformKey[]
  /** The public key of the client, where it has one in use. */
  readonly publicKey: PlatformKey | undefined
  /** The key that signs a response; `serial` is the `Wechatpay-Serial` of the request. */
  forResponse(serial: string): PlatformKey
  forNotification(): PlatformKey
}

/** The mode and the share of given options. */
export function readPlatform(
  given: PlatformMode | PlatformOptions = 'public-key',
): Required<PlatformOptions> {
  const { mode, share = 0.5 } = typeof given === 'string' ? { mode: given } : given
  if (!['public-key', 'certificates', 'switching'].includes(mode)) {
    throw new TypeError(`platform must be public-key, certificates or switching, not ${String(mode)}`)
  }
  if (!(share >= 0 && share <= 1)) throw new TypeError('platform: share must be from 0 to 1')
  return { mode, share }
}

/** The keys of a client that has nothing but a WeChat Pay public key. */
export function publicKeyAlone(publicKey: PlatformKey): PlatformKeys {
  return { publicKey, all: () => [publicKey], forResponse: () => publicKey, forNotification: () => publicKey }
}

/**
 * The keys of a merchant, by its state. One that switches is answered with the key that its request names, and notified
 * with either. https://pay.weixin.qq.com/doc/v3/merchant/4012154180
 *
 * @param certificates the first of which has been issued already, unless `mode` is `public-key`
 */
export function createPlatformKeys(
  { mode, share }: Required<PlatformOptions>,
  publicKey: PlatformKey,
  certificates: Pick<PlatformCertificates, 'listed'>,
  random: Random,
): PlatformKeys {
  if (mode === 'public-key') return publicKeyAlone(publicKey)
  const { listed } = certificates
  const newest = (): PlatformKey => listed().at(-1) ?? publicKey
  const isSwitching = mode === 'switching'
  const named = (serial: string): PlatformKey | undefined => listed().find(({ id }) => id === serial)
  return {
    publicKey: isSwitching ? publicKey : undefined,
    all: () => (isSwitching ? [publicKey, ...listed()] : listed()),
    // Before a merchant switches, naming the public key changes nothing.
    forResponse: (serial) =>
      isSwitching && serial === publicKey.id ? publicKey : (named(serial) ?? newest()),
    forNotification: () => (isSwitching && random.fraction() < share ? publicKey : newest()),
  }
}
