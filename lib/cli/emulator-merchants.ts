import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { EmulatorOptions } from '../emulator/index.js'
import { isPlainObject } from '../plain-object.js'
import { parseUserJson, readFile, UsageError } from './input.js'
import { words } from './language.js'

type Merchants = NonNullable<EmulatorOptions['merchants']>

/**
 * The merchants in a file: a JSON list. A private key in it is PEM, or the name of a file beside it.
 *
 * @throws {UsageError} when a file cannot be read.
 */
export function readMerchants(file: string): Merchants {
  const given = parseUserJson(readFile(file, '--merchants').toString(), `--merchants ${file}`)
  if (!Array.isArray(given)) {
    throw new UsageError(
      words(
        `--merchants ${file} must be a JSON list of merchants`,
        `--merchants ${file} 必须是商户的 JSON 列表`,
      ),
    )
  }
  // The emulator says what is wrong with the rest of an entry.
  return given.map((one: unknown) =>
    isPlainObject(one) ? withKey(one, dirname(file)) : one,
  ) as unknown as Merchants
}

function withKey(merchant: Readonly<Record<string, unknown>>, folder: string): object {
  const { privateKey } = merchant
  if (typeof privateKey !== 'string' || privateKey.includes('-----BEGIN')) return merchant
  const path = privateKey.startsWith('file://') ? fileURLToPath(privateKey) : resolve(folder, privateKey)
  return { ...merchant, privateKey: readFile(path, 'privateKey').toString() }
}
