import { buffer } from 'node:stream/consumers'
import FormData from 'form-data'
import type { Endpoint } from '../../pipeline/endpoint.js'
import { nameByContent } from '../../pipeline/file-name.js'
import { digestOf, toFilePart } from '../../pipeline/file-part.js'
import { completeMessage, type SignedMessage } from './complete.js'
import type { V2Context } from './context.js'

interface Upload extends SignedMessage {
  readonly data: Buffer
  readonly contentType: string
}

/**
 * An upload of v2: the file beside its digest and the other signed fields, each a part of its own. The file is no
 * part of the signature, its digest is.
 *
 * @throws {RequestError} when there is no file, or it cannot be read.
 */
export async function encodeUpload(
  given: unknown,
  endpoint: Endpoint,
  context: V2Context,
  signal: AbortSignal | undefined,
): Promise<Upload> {
  const { file: part = 'media', name: nameField, digest, algorithm = 'sha256' } = endpoint.traits.upload ?? {}
  const { [part]: input, ...fields } = (given ?? {}) as Record<string, unknown>
  const file = await toFilePart(input, `${endpoint.name}: multipart.${part}`, signal)
  try {
    const filename = file.name ?? (await nameByContent(file))
    if (nameField) fields[nameField] ??= filename
    if (digest) fields[digest] ??= await digestOf(file, algorithm)
    const signed = completeMessage(fields, 'multipart', endpoint, context)
    const form = new FormData()
    for (const [field, text] of Object.entries(signed.message)) form.append(field, text)
    form.append(part, await buffer(file.open()), { filename })
    return { ...signed, data: form.getBuffer(), contentType: String(form.getHeaders()['content-type']) }
  } finally {
    await file.dispose()
  }
}
