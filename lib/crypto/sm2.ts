import {
  createHash,
  createPrivateKey,
  createPublicKey,
  createSign,
  createVerify,
  ECDH,
  type KeyObject,
} from 'node:crypto'
import { runtimeName } from '../runtime.js'
import { invalidKey } from './material.js'

const DIGEST = 'sm3'

/** The object identifier of the curve, as DER: it is in every SM2 key, and in every certificate of one. */
const CURVE_OID = Buffer.from('06082a811ccf5501822d', 'hex')

/**
 * What comes before the coordinates of the public key in the digest of a signer: the identifier that WeChat Pay takes for
 * everyone, after its length in bits, and the curve of GB/T 32918.5 with its base point.
 */
const SIGNER_PREFIX: Buffer = Buffer.concat([
  Buffer.from([0, 128]),
  Buffer.from('1234567812345678'),
  Buffer.from(
    'fffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffc' +
      '28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93' +
      '32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7' +
      'bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0',
    'hex',
  ),
])
/** What stands between the curve and the point in a public key: the beginning of a BIT STRING. */
const BIT_STRING_BYTES = 3

/** Whether bytes in DER are an SM2 key or a certificate of one. */
export function mentionsSm2(der: Buffer): boolean {
  return der.includes(CURVE_OID)
}

/** Whether a key is of the curve of SM2. Node.js has no name for the type of such keys. */
export function hasSm2Curve(key: KeyObject): boolean {
  return mentionsSm2(exportKey(key))
}

/** Whether a key that was loaded signs by SM2; all others are RSA keys. */
export function isSm2(key: KeyObject): boolean {
  return key.asymmetricKeyType !== 'rsa'
}

function exportKey(key: KeyObject): Buffer {
  return key.type === 'private'
    ? key.export({ format: 'der', type: 'pkcs8' })
    : key.export({ format: 'der', type: 'spki' })
}

/**
 * A key of the curve of SM2 as one that signs by SM2. One that was generated as an elliptic key would sign by ECDSA.
 *
 * @throws {ConfigError} code `KEY_INVALID` where the run time has no SM2.
 */
export function toSm2Key(key: KeyObject, what: string): KeyObject {
  if (!worksHere()) throw noSm2(what)
  if (key.asymmetricKeyType !== 'ec') return key
  const der = exportKey(key)
  return key.type === 'private'
    ? createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
    : createPublicKey({ key: der, format: 'der', type: 'spki' })
}

/** The error for an SM2 key where the run time has no SM2. */
export function noSm2(what: string): Error {
  return invalidKey(
    `${what} is an SM2 key, and ${runtimeName()} has no SM2: run on Node.js, or use the key of an RSA certificate`,
  )
}

const signerDigests = new WeakMap<KeyObject, Buffer>()

/** The digest that stands for the signer, before the message: Z of the standard. */
function signerDigest(key: KeyObject): Buffer {
  let digest = signerDigests.get(key)
  if (!digest) {
    const publicKey = key.type === 'private' ? createPublicKey(key) : key
    digest = createHash(DIGEST).update(SIGNER_PREFIX).update(coordinatesOf(publicKey)).digest()
    signerDigests.set(key, digest)
  }
  return digest
}

/** The coordinates of a public key, which may be written in a compressed form. */
function coordinatesOf(publicKey: KeyObject): Buffer {
  const der = exportKey(publicKey)
  const point = der.subarray(der.indexOf(CURVE_OID) + CURVE_OID.length + BIT_STRING_BYTES)
  return (ECDH.convertKey(point, 'SM2', undefined, undefined, 'uncompressed') as Buffer).subarray(1)
}

/**
 * The SM2 signature of a message, `r` and `s` in ASN.1, in base64. `createSign` digests what it is given and nothing before it,
 * unlike `crypto.sign`, which takes an empty identifier.
 */
export function signSm2(privateKey: KeyObject, message: string | Buffer): string {
  return createSign(DIGEST).update(signerDigest(privateKey)).update(message).sign(privateKey, 'base64')
}

/** Whether `signature` (base64) is the SM2 signature of a message by the owner of `publicKey`. */
export function verifySm2(publicKey: KeyObject, message: string | Buffer, signature: string): boolean {
  const verifier = createVerify(DIGEST).update(signerDigest(publicKey)).update(message)
  return verifier.verify(publicKey, signature, 'base64')
}

/** The example of GB/T 32918.5, appendix A.2. */
const EXAMPLE = {
  /** PKCS#8. */
  privateKey: Buffer.from(
    '308187020100301306072a8648ce3d020106082a811ccf5501822d046d306b0201010420' +
      '3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8' +
      'a14403420004' +
      '09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020' +
      'ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13',
    'hex',
  ),
  message: 'message digest',
  signature:
    'MEYCIQD1oDsGSNLEYw7qxRPhu4GhWUTaOCfVt0FDrH6s7ucgswIhALG2qinfIS/YdjGCvA1CHKG7kDj9H39C1IQLacSFu8Gq',
} as const

let works: boolean | undefined

/** Whether this run time signs as the standard does. It is tried once: Node.js documents nothing about it. */
function worksHere(): boolean {
  works ??= tryExample()
  return works
}

function tryExample(): boolean {
  const { message, signature } = EXAMPLE
  try {
    const privateKey = createPrivateKey({ key: EXAMPLE.privateKey, format: 'der', type: 'pkcs8' })
    const publicKey = createPublicKey(privateKey)
    return (
      verifySm2(publicKey, message, signature) && verifySm2(publicKey, message, signSm2(privateKey, message))
    )
  } catch {
    return false
  }
}
