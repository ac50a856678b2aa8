import { buffer } from 'node:stream/consumers'
import FormData from 'form-data'
import type { TemplatedEndpoint } from '../catalog/endpoint.js'
import type { UploadTraits } from '../catalog/traits.js'
import { RequestError } from '../errors.js'
import type { Upload } from '../protocols/protocol.js'
import { IS_WORKERD } from '../runtime.js'
import { digestOf, type FilePart, nameByContent, toFilePart } from './file-part.js'

/** The layout of an upload to an endpoint that is not documented. */
const USUAL: UploadTraits = { file: 'file', name: 'filename', digest: 'sha256' }

/** The endpoint of an upload. */
export type UploadEndpoint = Pick<TemplatedEndpoint, 'name' | 'documented' | 'protocol' | 'traits'>

/**
 * Reads the file of an upload and completes the fields about it by what the caller left out: its name and digest. In APIv3 they
 * are the `meta`, whose JSON is signed; in APIv2 parts of their own.
 *
 * @throws {RequestError} when the endpoint takes no file, the file is missing or unreadable, or a part is unknown.
 * @see https://pay.weixin.qq.com/doc/v3/merchant/4012365334
 */
export async function prepareUpload(
  endpoint: UploadEndpoint,
  multipart: Readonly<Record<string, unknown>>,
  signal: AbortSignal | undefined,
): Promise<Upload> {
  const { name, documented } = endpoint
  const { upload: traits = documented ? undefined : USUAL } = endpoint.traits
  if (!traits) throw new RequestError(`${name} takes no file: pass the body as 'json'`)
  const { [traits.file]: input, ...others } = multipart
  const fields: Record<string, unknown> = traits.flat
    ? others
    : { ...traits.fixed, ...metaOf(others, traits, name) }
  const file = await toFilePart(input, `${name}: multipart.${traits.file}`, signal)
  try {
    const filename = String((traits.name && fields[traits.name]) ?? file.name ?? (await nameByContent(file)))
    if (traits.name) fields[traits.name] ??= filename
    if (traits.digest) fields[traits.digest] ??= await digestOf(file, traits.algorithm ?? 'sha256')
    const bytes = IS_WORKERD ? await buffer(file.open()) : undefined
    return { fields, dispose: file.dispose, toForm: formMaker(traits.file, file, filename, bytes) }
  } catch (cause) {
    await file.dispose()
    throw new RequestError(`${name}: multipart.${traits.file} cannot be read: ${(cause as Error).message}`)
  }
}

function metaOf(
  { meta = {}, ...others }: Readonly<Record<string, unknown>>,
  { file }: UploadTraits,
  name: string,
): Readonly<Record<string, unknown>> {
  const [unknown] = Object.keys(others)
  if (unknown)
    throw new RequestError(`${name}: unknown part '${unknown}'; the parts are '${file}' and 'meta'`)
  if (typeof meta === 'object' && meta !== null && !Array.isArray(meta)) return { ...meta }
  throw new RequestError(`${name}: multipart.meta must be an object`)
}

/** @param bytes the file in memory, for run times whose `fetch` sends no stream of Node; the file is streamed when absent */
function formMaker(
  part: string,
  file: FilePart,
  filename: string,
  bytes: Buffer | undefined,
): Upload['toForm'] {
  return (texts, contentType) => {
    const form = new FormData()
    for (const [field, text] of Object.entries(texts)) {
      form.append(field, text, contentType === undefined ? {} : { contentType })
    }
    form.append(part, bytes ?? file.open(), { filename, knownLength: file.size })
    const headers = { 'Content-Type': String(form.getHeaders()['content-type']) }
    return { headers, body: bytes ? form.getBuffer() : form }
  }
}
