import { createHash } from 'node:crypto'
import type { UploadTraits } from '../../../catalog/traits.js'
import { parameterError } from '../../domain/refusal.js'
import type { Part } from '../../gateway/multipart.js'

/**
 * Compares an upload with what its signed `meta` says of it: the signature covers no more than that.
 *
 * @throws {Refusal} `PARAM_ERROR`, naming the part or the field of `meta`.
 */
export function checkUpload(
  { file, digest, algorithm = 'sha256' }: UploadTraits,
  meta: unknown,
  parts: readonly Part[],
): void {
  const found = parts.find(({ name }) => name === file)
  if (!found) throw parameterError(`/${file}`, 'is required: a part with the file')
  if (!found.filename) throw parameterError(`/${file}`, 'needs a filename in its Content-Disposition')
  if (digest === undefined) return
  const said = String((meta as Readonly<Record<string, unknown>> | undefined)?.[digest] ?? '')
  const expected = createHash(algorithm).update(found.body).digest('hex')
  if (said.toLowerCase() === expected) return
  throw parameterError(
    `/meta/${digest}`,
    `图片或文件的${algorithm}与meta中的不一致, expected ${expected}`,
    said,
  )
}
