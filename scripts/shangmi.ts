/**
 * What this run time has of SM2, SM3 and SM4, measured against `openssl`:
 *
 *     node --import tsx scripts/shangmi.ts
 *
 * Run it by the `node` that the answer is wanted for. The table in docs/guide/shangmi.md is made of its output.
 */
import { execFileSync } from 'node:child_process'
import {
  type CipherGCMTypes,
  createCipheriv,
  createHash,
  createPrivateKey,
  createPublicKey,
  createSign,
  createVerify,
  privateDecrypt,
  publicEncrypt,
  sign,
  X509Certificate,
} from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The distinguishing identifier that WeChat Pay signs with: that of the standard. */
const ID = '1234567812345678'
/** The curve of GB/T 32918.5, as the standard digests it: a, b and the base point. */
const CURVE = Buffer.from(
  'fffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffc' +
    '28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93' +
    '32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7' +
    'bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0',
  'hex',
)
const MESSAGE = 'GET\n/v3/certificates\n1554208460\nnonce\n\n'

const folder = mkdtempSync(join(tmpdir(), 'shangmi-'))
const openssl = (...args: readonly string[]): Buffer =>
  execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' })
const read = (name: string): Buffer => readFileSync(join(folder, name))

/** What a function gives, or `no` with the reason. */
function measure(fact: string, work: () => unknown): void {
  let result: string
  try {
    result = String(work())
  } catch (error) {
    result = `no: ${(error as Error).message.split('\n')[0]}`
  }
  console.log(`${fact.padEnd(56)}${result}`)
}

/** The identifiers under which openssl takes a signature of this run time. */
function verifiedUnder(signature: Buffer): string {
  writeFileSync(join(folder, 'signature'), signature)
  const ids = [ID, ''].filter((id) => {
    try {
      openssl(
        ...['dgst', '-sm3', '-verify', 'public.pem', '-sigopt', `distid:${id}`],
        ...['-signature', 'signature', 'message'],
      )
      return true
    } catch {
      return false
    }
  })
  return ids.map((id) => `with id '${id}'`).join(', ') || 'with no id'
}

function measureAll(): void {
  openssl('genpkey', '-algorithm', 'SM2', '-out', 'key.pem')
  openssl('pkey', '-in', 'key.pem', '-pubout', '-out', 'public.pem')
  openssl(
    ...['req', '-new', '-x509', '-key', 'key.pem', '-subj', '/CN=Tenpay', '-days', '1', '-out', 'cert.pem'],
    ...['-sm3', '-sigopt', `distid:${ID}`],
  )
  writeFileSync(join(folder, 'message'), MESSAGE)
  const theirs = openssl('dgst', '-sm3', '-sign', 'key.pem', '-sigopt', `distid:${ID}`, 'message')

  const privateKey = () => createPrivateKey(read('key.pem'))
  const publicKey = () => createPublicKey(read('public.pem'))
  /** The Z of the standard, which comes before the message. */
  const z = (): Buffer => {
    const point = publicKey().export({ format: 'der', type: 'spki' }).subarray(-64)
    return createHash('sm3')
      .update(Buffer.from([0, 128]))
      .update(ID)
      .update(CURVE)
      .update(point)
      .digest()
  }
  measure('SM3', () => createHash('sm3').update('abc').digest('hex').startsWith('66c7f0f462eeedd9'))
  measure('loads a private key; its type', () => privateKey().asymmetricKeyType)
  measure('reads a certificate; the type of its key', () => {
    return new X509Certificate(read('cert.pem')).publicKey.asymmetricKeyType
  })
  measure("sign('sm3') is verified by openssl", () => {
    return verifiedUnder(sign('sm3', Buffer.from(MESSAGE), privateKey()))
  })
  measure("createSign('sm3') over Z and message: by openssl", () => {
    return verifiedUnder(createSign('sm3').update(z()).update(MESSAGE).sign(privateKey()))
  })
  measure("createVerify('sm3') over Z and message takes openssl's", () => {
    return createVerify('sm3').update(z()).update(MESSAGE).verify(publicKey(), theirs)
  })
  measure('X509Certificate.verify() of a certificate signed by SM2', () => {
    return new X509Certificate(read('cert.pem')).verify(publicKey())
  })
  measure('publicEncrypt', () => publicEncrypt(publicKey(), Buffer.from(MESSAGE)).length)
  measure('privateDecrypt', () => {
    openssl('pkeyutl', '-encrypt', '-pubin', '-inkey', 'public.pem', '-in', 'message', '-out', 'ciphertext')
    return privateDecrypt(privateKey(), read('ciphertext')).length
  })
  measure('SM4-GCM', () => {
    return createCipheriv('sm4-gcm' as CipherGCMTypes, Buffer.alloc(16), Buffer.alloc(12)) !== undefined
  })
}

const { bun, deno, node, openssl: library } = process.versions
console.log(bun ? `Bun ${bun}` : deno ? `Deno ${deno}` : `Node.js ${node}, OpenSSL ${library}`)
try {
  measureAll()
} finally {
  rmSync(folder, { recursive: true })
}
