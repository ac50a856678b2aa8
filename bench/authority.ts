/** An authority of the gateways' own, behind certificates such as the emulator makes. Nothing of it is measured. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { issueCertificate } from '../lib/emulator/identity/x509.js'
import { createSerial, toPem } from './identity.js'

const DAY = 86_400_000
const NAME = 'Bench Root CA'

const { privateKey: issuerKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })

function issue(
  subject: string,
  key: KeyObject,
  more: { serial?: string; authority?: true; hosts?: string[] },
): string {
  const serial = createSerial()
  const notBefore = new Date(Date.now() - DAY)
  const notAfter = new Date(Date.now() + DAY)
  return issueCertificate({ subject, issuer: NAME, serial, notBefore, notAfter, key, issuerKey, ...more })
}

/** PEM of what is to be trusted. */
export const ca: string = issue(NAME, issuerKey, { authority: true })

/** Of a server at 127.0.0.1. */
export function issueServer(): { readonly key: string; readonly cert: string } {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { key: toPem(privateKey), cert: issue('localhost', privateKey, { hosts: ['127.0.0.1'] }) + ca }
}

/** A merchant's client certificate. */
export function issueClient(mchid: string, serial: string, key: KeyObject): string {
  return issue(mchid, key, { serial })
}
