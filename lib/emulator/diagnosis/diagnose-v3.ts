import { constants, createHash, type KeyObject, publicDecrypt, verify } from 'node:crypto'
import type { Scheme } from '../identity/clients.js'
import { parseAuthorization, type SignedRequest } from '../protocols/v3/authorization.js'
import type { Diagnosis } from './diagnosis.js'
import { type RequestToDiagnose, requestMessage, signingMistakes } from './signing-mistakes.js'

/** The bytes before the digest in a signature of PKCS #1 v1.5, by algorithm, in hexadecimal. */
const DIGESTS: Readonly<Record<string, string>> = {
  'SHA-256': '3031300d060960864801650304020105000420',
  'SHA-1': '3021300906052b0e03021a05000414',
  MD5: '3020300c06082a864886f70d020505000410',
  'SHA-512': '3051300d060960864801650304020305000440',
}

const anotherKey = (scheme: Scheme): Diagnosis => ({
  part: 'key',
  issue: `signed with another private key than that of this ${scheme}`,
  said: `签名所用的私钥不是该${scheme === 'brand' ? '品牌' : '商户'}的私钥`,
})
const anotherMessage = (scheme: Scheme): Diagnosis => ({
  part: 'unknown',
  issue: `signed with the key of this ${scheme}, but over another message; compare it line by line, and make nonce and timestamp once: for the message and the header alike`,
  said: '私钥正确，但签名的是另一段待签名串；请逐行比对，并确认随机串和时间戳只生成一次，签名与请求头用的是同一份',
})

/**
 * Finds out which message a signature that does not fit was made of: the digest in it is compared with those of the
 * messages that clients are known to sign by mistake. `undefined` when nothing is wrong with the signature itself.
 */
export function diagnoseV3(
  request: SignedRequest & Pick<RequestToDiagnose, 'host' | 'upload'>,
  key: KeyObject,
  scheme: Scheme = 'merchant',
): Diagnosis | undefined {
  const credentials = parseAuthorization(request.authorization ?? '')
  if (credentials?.scheme !== scheme) return undefined
  const { signature, timestamp, nonce_str: nonce } = credentials
  const encoding = wrongEncoding(signature)
  if (encoding) return encoding
  const received = { ...request, timestamp, nonce }
  const exact = requestMessage(received)
  const bytes = Buffer.from(signature, 'base64')
  const decrypted = decryptSignature(bytes, key)
  if (!decrypted) return isPss(exact, bytes, key) ? pss : anotherKey(scheme)
  const [algorithm, prefix] = Object.entries(DIGESTS).find(([, start]) => decrypted.startsWith(start)) ?? []
  if (algorithm !== 'SHA-256' || prefix === undefined) return wrongAlgorithm(algorithm)
  const digest = decrypted.slice(prefix.length)
  if (sha256(exact) === digest) return undefined
  for (const { message, ...finding } of signingMistakes(received)) {
    if (sha256(message) !== digest) continue
    return typeof message === 'string' ? { ...finding, signed: message } : finding
  }
  return anotherMessage(scheme)
}

const sha256 = (message: string | Buffer): string => createHash('sha256').update(message).digest('hex')

function wrongEncoding(signature: string): Diagnosis | undefined {
  if (/^[0-9a-f]{512}$/i.test(signature)) {
    const issue = 'the signature is written in hexadecimal instead of base64'
    return { part: 'signature', issue, said: '签名值是十六进制，应为 Base64' }
  }
  if (/^[\w-]+={0,2}$/.test(signature) && /[-_]/.test(signature)) {
    const issue = 'the signature is written in base64url (- and _) instead of base64 (+ and /)'
    return { part: 'signature', issue, said: '签名值是 Base64URL（含 - 或 _），应为标准 Base64' }
  }
  return undefined
}

/** The digest in a signature with the bytes before it, in hexadecimal; `undefined` when another key signed. */
function decryptSignature(signature: Buffer, key: KeyObject): string | undefined {
  try {
    return publicDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, signature).toString('hex')
  } catch {
    return undefined
  }
}

function isPss(message: string | Buffer, signature: Buffer, key: KeyObject): boolean {
  const padding = constants.RSA_PKCS1_PSS_PADDING
  return verify('sha256', Buffer.from(message), { key, padding }, signature)
}

const pss: Diagnosis = {
  part: 'algorithm',
  issue: 'signed with RSA-PSS instead of RSA with PKCS #1 v1.5',
  said: '签名用了 RSA-PSS，应为 PKCS#1 v1.5（SHA256withRSA）',
}

function wrongAlgorithm(algorithm: string | undefined): Diagnosis {
  if (algorithm !== undefined) {
    const issue = `signed over ${algorithm} instead of SHA-256`
    return { part: 'algorithm', issue, said: `签名所用的摘要算法是 ${algorithm}，应为 SHA-256` }
  }
  const issue = 'the private key encrypted something that is no digest of a signature; use SHA256withRSA'
  return { part: 'algorithm', issue, said: '私钥加密的不是签名所需的摘要结构，请使用 SHA256withRSA' }
}
