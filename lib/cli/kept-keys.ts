import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { EmulatorBrand, EmulatorMerchant } from '../emulator/index.js'

/** Where an emulator's keys and state are kept between runs, unless told otherwise. */
export const KEPT_IN = '.wxpay-emulator'

/** The file in it that holds all that happened. */
export const STATE = 'state.jsonl'

/** The options of a merchant or a brand with their keys as files. */
export type KeyFiles = EmulatorMerchant | EmulatorBrand

/** Writes the keys of an emulator's merchant or brand into a folder, for their owner alone. */
export function writeKeys(options: KeyFiles, folder: string): KeyFiles {
  const write = (name: string, pem: string): string => {
    const file = join(folder, name)
    writeFileSync(file, pem, { mode: 0o600 })
    chmodSync(file, 0o600)
    return file
  }
  const certs = Object.entries(options.certs).map(([id, pem]) => [id, write(`${id}.pem`, pem)])
  const written = {
    certs: Object.fromEntries(certs),
    ...(options.ca && { ca: write('ca.pem', options.ca) }),
  }
  if ('brandId' in options) {
    return { ...options, ...written, privateKey: write('brand_key.pem', options.privateKey) }
  }
  const { merchant } = options
  return {
    ...options,
    ...written,
    privateKey: write('apiclient_key.pem', options.privateKey),
    ...(merchant && {
      merchant: {
        cert: write('apiclient_cert.pem', merchant.cert),
        key: write('apiclient_key.pem', merchant.key),
      },
    }),
  }
}
