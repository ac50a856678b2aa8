/** SM4-GCM as a second opinion: the cipher is that of `openssl`, which has this mode only from 3.1; the rest is put together here. */
import { execFileSync } from 'node:child_process'

export interface Sm4GcmMessage {
  /** 16 bytes. */
  readonly key: Buffer
  /** 12 bytes. */
  readonly nonce: Buffer
  readonly associatedData: Buffer
  readonly plain: Buffer
}

/** The ciphertext of a message, with its tag. */
export function encryptWithOpenssl({ key, nonce, associatedData, plain }: Sm4GcmMessage): Buffer {
  const counter = (n: number): Buffer => Buffer.concat([nonce, Buffer.from([0, 0, 0, n])])
  const ciphertext = openssl(plain, ['enc', '-sm4-ctr', '-K', hex(key), '-iv', hex(counter(2))])
  const block = (bytes: Buffer): Buffer => openssl(bytes, ['enc', '-sm4-ecb', '-nopad', '-K', hex(key)])
  const hash = ghash(block(Buffer.alloc(16)), associatedData, ciphertext)
  const mask = block(counter(1))
  return Buffer.concat([ciphertext, Buffer.from(mask.map((byte, i) => byte ^ (hash[i] as number)))])
}

/** The key that WeChat Pay takes for SM4, by openssl. */
export function sm4KeyOf(apiv3Key: string): Buffer {
  return openssl(Buffer.from(apiv3Key), ['dgst', '-sm3', '-binary']).subarray(0, 16)
}

function openssl(input: Buffer, args: readonly string[]): Buffer {
  return execFileSync('openssl', args, { input, stdio: 'pipe' })
}

const hex = (bytes: Buffer): string => bytes.toString('hex')

/** The digest of GCM (NIST SP 800-38D): multiplication in the field of 2^128 elements. */
function ghash(key: Buffer, associatedData: Buffer, ciphertext: Buffer): Buffer {
  const padded = (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc((16 - (bytes.length % 16)) % 16)])
  const lengths = Buffer.alloc(16)
  lengths.writeUInt32BE(associatedData.length * 8, 4)
  lengths.writeUInt32BE(ciphertext.length * 8, 12)
  const all = Buffer.concat([padded(associatedData), padded(ciphertext), lengths])
  const h = BigInt(`0x${hex(key)}`)
  let digest = 0n
  for (let at = 0; at < all.length; at += 16) {
    digest = multiply(digest ^ BigInt(`0x${hex(all.subarray(at, at + 16))}`), h)
  }
  return Buffer.from(digest.toString(16).padStart(32, '0'), 'hex')
}

function multiply(x: bigint, y: bigint): bigint {
  let product = 0n
  let shifted = y
  for (let bit = 127n; bit >= 0n; bit--) {
    if ((x >> bit) & 1n) product ^= shifted
    shifted = shifted & 1n ? (shifted >> 1n) ^ (0xe1n << 120n) : shifted >> 1n
  }
  return product
}
