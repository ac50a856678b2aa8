import { createPublicKey, type KeyObject } from 'node:crypto'
import { hasCertificate } from '../check-options.js'
import type { SecretInput } from '../crypto/aes.js'
import { type KeyInput, loadPlatformKey, loadPrivateKey } from '../crypto/keys.js'
import { unquote } from '../crypto/material.js'
import { isSm2 } from '../crypto/sm2.js'
import type { Account, Identity } from '../identity.js'
import type { WechatpayOptions } from '../option-types.js'
import { digits, loadAuthorities, loadSecret, normalizeSerial } from '../options.js'
import { isPlainObject } from '../plain-object.js'
import { loadClientCertificate } from '../protocols/v2/client-certificate.js'
import { loadPlatformKeys, plainSerial } from '../protocols/v3/platform-keys.js'
import { checkPfx, DAY, RENEW_BEFORE } from './check-certificate.js'
import { bad, type Fact, good, unknown } from './finding.js'

/** What was found of the options, and what could be loaded of them. */
export interface CheckedOptions {
  readonly facts: Fact[]
  /** What was found of the secrets, which not every call needs. */
  readonly secrets: readonly Fact[]
  readonly account: Account
}

/** Checks each option that an identity needs by itself, as the client loads it. */
export function checkOptions(identity: Identity, options: WechatpayOptions): CheckedOptions {
  const id = identity === 'receiver' ? undefined : checkId(identity, options)
  const owner = identity === 'brand' ? { brandId: id?.text } : { mchid: id?.text }
  const signs = identity === 'merchant' || identity === 'brand'
  // A certificate that should give it, and cannot be read, is found as that.
  const isGiven = options.serial !== undefined || !hasCertificate(options)
  const serial = signs && isGiven ? checkSerial(options.serial, owner as Account) : undefined
  const key = signs ? checkPrivateKey(options.privateKey) : undefined
  const account = {
    ...(id?.text !== undefined && owner),
    ...(serial?.text !== undefined && { serial: serial.text }),
    ...(key?.key !== undefined && { privateKey: key.key }),
  } as Account
  const facts = [id, serial, key].flatMap((checked) => checked?.fact ?? [])
  return {
    account,
    facts: [...facts, ...checkPlatformKeys(identity, options, account)],
    secrets: checkSecrets(identity, options),
  }
}

interface Checked {
  readonly fact: Fact
  readonly text?: string
  readonly key?: KeyObject
}

function checkId(identity: Identity, { mchid, brandId }: WechatpayOptions): Checked {
  if (identity === 'brand') {
    const text = attempt(() => digits('brandId', brandId))
    return text instanceof Error
      ? { fact: bad('brandId', 'BRAND_ID_INVALID') }
      : { text, fact: good('brandId', 'ID_GIVEN', { id: text }) }
  }
  if (mchid === undefined) return { fact: bad('mchid', 'MCHID_MISSING') }
  const text = attempt(() => digits('mchid', mchid))
  const isOne = typeof text === 'string' && /^\d{8,10}$/.test(text)
  return isOne
    ? { text, fact: good('mchid', 'ID_GIVEN', { id: text }) }
    : { fact: bad('mchid', 'MCHID_INVALID') }
}

function checkSerial(given: string | undefined, owner: Account): Checked {
  if (given === undefined) return { fact: bad('serial', 'SERIAL_MISSING') }
  const text = attempt(() => normalizeSerial(given, owner))
  return text instanceof Error
    ? { fact: bad('serial', 'SERIAL_INVALID', { reason: text.message }) }
    : { text, fact: good('serial', 'SERIAL_GIVEN', { serial: text }) }
}

function checkPrivateKey(given: KeyInput | undefined): Checked {
  const missing = given === undefined || (typeof given === 'string' && given.trim() === '')
  if (missing) return { fact: bad('privateKey', 'PRIVATE_KEY_MISSING') }
  const key = attempt(() => loadPrivateKey(given))
  if (key instanceof Error) {
    return { fact: bad('privateKey', 'PRIVATE_KEY_INVALID', { reason: key.message }) }
  }
  if (isSm2(key)) return { key, fact: good('privateKey', 'SM2_KEY_LOADED') }
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0
  return bits < 2048
    ? { fact: bad('privateKey', 'PRIVATE_KEY_SHORT', { bits }) }
    : { key, fact: good('privateKey', 'PRIVATE_KEY_LOADED', { bits }) }
}

function checkPlatformKeys(identity: Identity, options: WechatpayOptions, owner: Account): Fact[] {
  const { certs, apiv3Key } = options
  if (identity === 'v2' || (identity === 'receiver' && certs === undefined)) return []
  if (certs !== undefined && !isPlainObject(certs)) {
    return [
      bad('certs', 'CERTS_INVALID', { id: 'certs', reason: 'certs must be an object of keys by their ids' }),
    ]
  }
  const entries = Object.entries(certs ?? {})
  if (entries.length > 0) {
    return entries.map(([id, input]) => checkPlatformKey(id, input, owner, entries.length > 1))
  }
  const canDownload = identity === 'merchant' && certs === undefined && apiv3Key !== undefined
  return canDownload ? [] : [bad('certs', 'CERTS_MISSING')]
}

function checkPlatformKey(id: string, input: KeyInput, owner: Account, hasOthers: boolean): Fact {
  const loaded = attempt(() => loadPlatformKey(input, `certs.${id}`))
  if (loaded instanceof Error)
    return bad('certs', 'CERTS_INVALID', { id: nameOf(id), reason: loaded.message })
  const { key, certificate } = loaded
  const values = { id: nameOf(id) }
  const hasOwnSerial = owner.serial !== undefined && plainSerial(unquote(id)) === plainSerial(owner.serial)
  if (hasOwnSerial || (owner.privateKey && key.equals(createPublicKey(owner.privateKey)))) {
    return bad('certs', 'CERTS_OWN', values)
  }
  if (certificate) {
    const { serialNumber: serial, validFrom, validTo } = certificate
    if (plainSerial(unquote(id)) !== plainSerial(serial)) {
      return bad('certs', 'CERTS_MISLABELLED', { ...values, serial })
    }
    if (Date.parse(validTo) <= Date.now()) return bad('certs', 'CERTS_EXPIRED', { ...values, date: validTo })
    if (Date.parse(validFrom) > Date.now()) {
      return hasOthers
        ? unknown('certs', 'CERTIFICATE_FOR_LATER', { ...values, date: validFrom })
        : bad('certs', 'CERTS_NOT_YET_VALID', { ...values, date: validFrom })
    }
  }
  // The client has more rules.
  const accepted = attempt(() => loadPlatformKeys({ [id]: input }, owner))
  if (accepted instanceof Error) return bad('certs', 'CERTS_INVALID', { ...values, reason: accepted.message })
  if (!certificate) return good('certs', 'PUBLIC_KEY_LOADED', values)
  const days = Math.floor((Date.parse(certificate.validTo) - Date.now()) / DAY)
  return days > RENEW_BEFORE
    ? good('certs', 'CERTIFICATE_IN_FORCE', { ...values, days })
    : unknown('certs', 'CERTIFICATE_EXPIRES_SOON', { ...values, days })
}

/** The name that a key is listed under; not one that may be a key itself. */
const nameOf = (id: string): string => (id.length > 64 ? `(${id.length} characters)` : id)

type SecretName = 'apiv3Key' | 'brandApiKey' | 'secret'

const ABSENT = {
  apiv3Key: 'APIV3_KEY_ABSENT',
  brandApiKey: 'BRAND_API_KEY_ABSENT',
  secret: 'SECRET_ABSENT',
} as const satisfies Readonly<Record<SecretName, string>>

/** The secrets that an identity may have. */
const SECRETS: Readonly<Record<Identity, readonly SecretName[]>> = {
  merchant: ['apiv3Key', 'secret'],
  v2: ['secret'],
  receiver: ['apiv3Key', 'secret'],
  brand: ['brandApiKey'],
}

/** Checks the length of the secrets; whether one is right shows only in use. */
function checkSecrets(identity: Identity, options: WechatpayOptions): Fact[] {
  return SECRETS[identity].map((name) => {
    const given = options[name]
    if (given === undefined) return unknown(name, ABSENT[name])
    const key = attempt(() => loadSecret(name, given))
    return key instanceof Error
      ? bad(name, 'SECRET_LENGTH_WRONG', { bytes: sizeOf(given) })
      : good(name, 'LENGTH_RIGHT')
  })
}

function sizeOf(given: SecretInput): number {
  if (typeof given === 'string') return Buffer.byteLength(unquote(given))
  return given instanceof Uint8Array ? given.length : (given.symmetricKeySize ?? 0)
}

/** Checks the client certificate of APIv2, by loading it as the client does, and whose it is where nobody has looked at it yet. */
export function checkClientCertificate({ merchant, ca }: WechatpayOptions, account: Account): Fact[] {
  if (merchant === undefined) return [unknown('merchant', 'CLIENT_CERTIFICATE_ABSENT')]
  const loaded = attempt(() =>
    loadClientCertificate(merchant, { mchid: '', ...account, ca: loadAuthorities(ca) } as never),
  )
  if (loaded instanceof Error) {
    return [bad('merchant', 'CLIENT_CERTIFICATE_INVALID', { reason: loaded.message })]
  }
  const loads = good('merchant', 'CLIENT_CERTIFICATE_LOADED')
  // Where the run time does not tell, nothing is said.
  const inPfx = 'pfx' in merchant ? attempt(() => checkPfx(loaded, account)) : []
  return inPfx instanceof Error ? [loads] : [...inPfx, loads]
}

/** The result, or the error with which the client refuses an option. */
export function attempt<Result>(load: () => Result): Result | Error {
  try {
    return load()
  } catch (error) {
    return error as Error
  }
}
