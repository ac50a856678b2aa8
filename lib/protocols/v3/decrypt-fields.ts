import { decryptOaep } from '../../crypto/rsa.js'
import { VerificationError } from '../../errors.js'
import type { Signer } from './signer.js'
import type { Wording } from './verifier.js'

/**
 * An answer with its encrypted fields in clear.
 *
 * @param paths where they are, as `payee.name` or `data[].name`
 * @throws {VerificationError} code `DECRYPTION_FAILED` when one was not encrypted for the certificate of this private key.
 */
export function decryptFields(
  data: unknown,
  paths: readonly string[],
  { privateKey }: Signer,
  { what, doubt }: Wording,
): unknown {
  return paths.reduce((value, path) => {
    const steps = path.replaceAll('[]', '.[]').split('.')
    return mapAt(value, steps, (text) => {
      try {
        return decryptOaep(text, privateKey)
      } catch {
        // Not the error of a request that is wrong: this one was carried out.
        const why = 'it is not encrypted for the certificate of this private key'
        throw new VerificationError(`${what}: ${path} cannot be decrypted: ${why}${doubt}`, {
          code: 'DECRYPTION_FAILED',
        })
      }
    })
  }, data)
}

function mapAt(value: unknown, steps: readonly string[], map: (text: string) => string): unknown {
  const [step, ...rest] = steps
  if (step === undefined) return typeof value === 'string' && value !== '' ? map(value) : value
  if (step === '[]') return Array.isArray(value) ? value.map((item) => mapAt(item, rest, map)) : value
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return value
  return { ...value, [step]: mapAt((value as Record<string, unknown>)[step], rest, map) }
}
