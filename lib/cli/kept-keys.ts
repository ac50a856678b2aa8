import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { EmulatorMerchant } from '../emulator/index.js'

/** Where an emulator's keys and state are kept between runs, unless told otherwise. */
export const KEPT_IN = '.wxpay-emulator'

/** The file in it that holds all that happened. */
export const STATE = 'state.jsonl'

/** A merchant's options with its keys as files. */
export type KeyFiles = EmulatorMerchant

/** Writes the keys of an emulator's merchant into a folder, for their owner alone. */
export function writeKeys(merchant: EmulatorMerchant, folder: string): KeyFiles {
  const write = (name: string, pem: string): string => {
    const file = join(folder, name)
    writeFileSync(file, pem, { mode: 0o600 })
    chmodSync(file, 0o600)
    return file
  }
  const certs = Object.entries(merchant.certs).map(([id, pem]) => [id, write(`${id}.pem`, pem)])
  return {
    ...merchant,
    privateKey: write('apiclient_key.pem', merchant.privateKey),
    certs: Object.fromEntries(certs),
    ...(merchant.merchant && {
      merchant: {
        cert: write('apiclient_cert.pem', merchant.merchant.cert),
        key: write('apiclient_key.pem', merchant.merchant.key),
      },
    }),
    ...(merchant.ca && { ca: write('ca.pem', merchant.ca) }),
  }
}
