import { assertNames } from '../assert-names.js'
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
  /**
   * The share of responses and notifications that are probes, from 0 to 1: wrongly signed, and marked so by
   * `WECHATPAY/SIGNTEST/`, to see whether the merchant verifies. 0.01 while a merchant switches, otherwise 0, when absent.
   */
  readonly probes?: number
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
  /** Whether the next response or notification is to be a probe. */
  isProbe(): boolean
}

/** The mode and the share of given options. */
export function readPlatform(
  given: PlatformMode | PlatformOptions = 'public-key',
): Required<PlatformOptions> {
  const options: PlatformOptions = typeof given === 'string' ? { mode: given } : given
  assertNames(options, ['mode', 'share', 'probes'], 'platform')
  const { mode, share = 0.5, probes = mode === 'switching' ? 0.01 : 0 } = options
  if (!['public-key', 'certificates', 'switching'].includes(mode)) {
    throw new TypeError(`platform must be public-key, certificates or switching, not ${String(mode)}`)
  }
  for (const [name, value] of Object.entries({ share, probes })) {
    if (!(value >= 0 && value <= 1)) throw new TypeError(`platform: ${name} must be from 0 to 1`)
  }
  return { mode, share, probes }
}

/** The keys of a client that has nothing but a WeChat Pay public key. */
export function publicKeyAlone(publicKey: PlatformKey): PlatformKeys {
  const only = (): PlatformKey => publicKey
  return { publicKey, all: () => [publicKey], forResponse: only, forNotification: only, isProbe: () => false }
}

/**
 * The keys of a merchant, by its state. One that switches is answered with the key that its request names, and notified
 * with either. https://pay.weixin.qq.com/doc/v3/merchant/4012154180
 *
 * @param certificates the first of which has been issued already, unless `mode` is `public-key`
 */
export function createPlatformKeys(
  { mode, share, probes }: Required<PlatformOptions>,
  publicKey: PlatformKey,
  certificates: Pick<PlatformCertificates, 'listed'>,
  random: Random,
): PlatformKeys {
  const isProbe = (): boolean => probes > 0 && random.fraction() < probes
  if (mode === 'public-key') return { ...publicKeyAlone(publicKey), isProbe }
  const { listed } = certificates
  const newest = (): PlatformKey => listed().at(-1) ?? publicKey
  const isSwitching = mode === 'switching'
  const named = (serial: string): PlatformKey | undefined => listed().find(({ id }) => id === serial)
  return {
    isProbe,
    publicKey: isSwitching ? publicKey : undefined,
    all: () => (isSwitching ? [publicKey, ...listed()] : listed()),
    // Before a merchant switches, naming the public key changes nothing.
    forResponse: (serial) =>
      isSwitching && serial === publicKey.id ? publicKey : (named(serial) ?? newest()),
    forNotification: () => (isSwitching && random.fraction() < share ? publicKey : newest()),
  }
}
