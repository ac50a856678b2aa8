import { generateKeyPair, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import type { Random } from './random.js'
import type { StoredIdentity } from './stored-identity.js'
import { issueCertificate } from './x509.js'

/** The key of an authority: one of an elliptic curve is made in no time. */
const generateEcKey = async (): Promise<KeyObject> =>
  (await promisify(generateKeyPair)('ec', { namedCurve: 'P-256' })).privateKey

const YEAR = 365 * 86_400_000
const NAME = 'Emulated Root CA'

/** The certificate authority of one emulator: it issues the certificates of the platform, the merchant and the server. */
export interface Authority {
  /** The authority's own certificate, as PEM. */
  certificate(): Promise<string>
  /** Issues a certificate, as PEM. */
  issue(subject: string, key: KeyObject, options?: IssueOptions): Promise<string>
  /** {@link issue}, at once; only after something has been issued before. */
  issueNow(subject: string, key: KeyObject, options?: IssueOptions): string
  newSerial(): string
}

/** The content of a certificate beyond its subject. */
export interface IssueOptions {
  /** The serial number; a new one when absent. */
  readonly serial?: string
  /** The names and addresses of a TLS server. */
  readonly hosts?: readonly string[]
  /** The time, in milliseconds, that the certificate is to begin after: clients take the newest certificate. */
  readonly newerThan?: number | undefined
}

/** An authority whose key is made when it first issues something, so that an emulator starts fast. */
export function createAuthority(stored: StoredIdentity, random: Random, now: () => number): Authority {
  let root: Promise<{ key: KeyObject; pem: string }> | undefined
  let made: { key: KeyObject; pem: string } | undefined
  const newSerial = (): string => `4${random.hex(39)}`

  /** The dates of a certificate, which counts whole seconds. */
  function validity(newerThan = 0): { notBefore: Date; notAfter: Date } {
    const start = Math.max(Math.floor(now() / 1000) * 1000 - 60_000, newerThan + 1_000)
    return { notBefore: new Date(start), notAfter: new Date(start + 5 * YEAR) }
  }
  async function makeRoot(): Promise<{ key: KeyObject; pem: string }> {
    // People may tell their machine to trust this authority, so nobody else has its key.
    const key = await stored.key('authority', generateEcKey)
    const pem = stored.text('authority certificate', () => {
      const names = { subject: NAME, issuer: NAME, serial: newSerial() }
      return issueCertificate({ ...names, ...validity(), key, issuerKey: key, authority: true })
    })
    made = { key, pem }
    return made
  }
  function issueNow(
    subject: string,
    key: KeyObject,
    { serial = newSerial(), hosts, newerThan }: IssueOptions = {},
  ): string {
    if (!made) throw new Error('the authority has not been made yet')
    const names = { subject, issuer: NAME, serial }
    const request = { ...names, ...validity(newerThan), key, issuerKey: made.key }
    return issueCertificate({ ...request, ...(hosts && { hosts }) })
  }
  function rootOnce(): Promise<{ key: KeyObject; pem: string }> {
    root ??= makeRoot()
    return root
  }
  return {
    newSerial,
    certificate: async () => (await rootOnce()).pem,
    async issue(subject, key, options) {
      await rootOnce()
      return issueNow(subject, key, options)
    },
    issueNow,
  }
}
