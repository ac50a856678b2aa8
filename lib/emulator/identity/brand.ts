import { createPublicKey, type KeyObject } from 'node:crypto'
import { beijingDigits } from '../beijing-time.js'
import type { Collection } from '../state/store.js'
import type { BrandFacts } from './merchant-options.js'
import type { PlatformKey } from './platform-certificates.js'
import type { Random } from './random.js'
import { sharedRsaKeySync } from './rsa-keys.js'
import { createStoredIdentity } from './stored-identity.js'

const BRAND_ID = '120344'

/** Options for `new Wechatpay(...)`: those of the brand. They are worth nothing outside of this emulator. */
export interface EmulatorBrand {
  brandId: string
  /** Serial number of the brand API certificate. */
  serial: string
  /** PEM. */
  privateKey: string
  /** The WeChat Pay public key of the brand by its id, as PEM. */
  certs: Record<string, string>
  brandApiKey: string
  /** The authority behind the server's certificate, as PEM; HTTPS only. */
  ca?: string
  baseURL: string
  /** The host of `baseURL` where it is not this machine and not asked over TLS. */
  insecureHosts?: string[]
}

/** The brand, and the key by which WeChat Pay responds to it. */
export interface Brand {
  readonly options: Omit<EmulatorBrand, 'baseURL' | 'insecureHosts'>
  /** The key that verifies what the brand signs, and encrypts what it is to decrypt. */
  readonly key: KeyObject
  /** The key that signs responses and notifications, and decrypts what the brand encrypts. */
  readonly publicKey: PlatformKey
}

/** What a brand is made from. */
export interface BrandOptions {
  readonly facts: BrandFacts
  readonly random: Random
  readonly now: () => number
  /** The keys and secrets of an earlier run. */
  readonly texts: Collection<string>
}

/** The brand of an emulator. It is made when it is first asked for: few need one, and its keys take their time. */
export function createBrand(options: BrandOptions): () => Brand {
  let brand: Brand | undefined
  return () => {
    brand ??= makeBrand(options)
    return brand
  }
}

function makeBrand({ facts, random, now, texts }: BrandOptions): Brand {
  const stored = createStoredIdentity(texts)
  const { brandId = BRAND_ID } = facts
  const id = stored.text('public key id', () => {
    return `PUB_KEY_ID_01${brandId.padStart(10, '0')}${beijingDigits(now()).slice(2, 8)}${random.digits(10)}`
  })
  const serial = facts.serial ?? stored.text('serial', () => `4${random.hex(39)}`)
  const brandApiKey = facts.brandApiKey ?? stored.text('brandApiKey', () => random.text(32))
  const privateKey = facts.privateKey ?? stored.keySync('brand', () => sharedRsaKeySync('brand'))
  const pair = stored.keySync('brand public key', () => sharedRsaKeySync('brand public key'))
  const pem = createPublicKey(pair).export({ type: 'spki', format: 'pem' }).toString()
  return {
    options: {
      ...{ brandId, serial },
      privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      certs: { [id]: pem },
      brandApiKey,
    },
    key: createPublicKey(privateKey),
    publicKey: { id, key: pair },
  }
}
