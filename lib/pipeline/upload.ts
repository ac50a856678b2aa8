import FormData from 'form-data'
import { RequestError } from '../errors.js'
import type { ChainedEndpoint } from './endpoint.js'
import { nameByContent } from './file-name.js'
import { digestOf, type FilePart, toFilePart } from './file-part.js'

/** An upload of APIv3: a file, and the `meta` about it, whose JSON is what gets signed. */
export class Upload {
  /** Complete: with the file's name and digest, as the endpoint wants them. */
  readonly meta: Readonly<Record<string, unknown>>
  readonly #part: string
  readonly #file: FilePart
  readonly #filename: string

  constructor(meta: Readonly<Record<string, unknown>>, part: string, file: FilePart, filename: string) {
    this.meta = meta
    this.#part = part
    this.#file = file
    this.#filename = filename
  }

  /** The body of one attempt, which streams the file. */
  toForm(meta: string): FormData {
    const form = new FormData()
    form.append('meta', meta, { contentType: 'application/json' })
    form.append(this.#part, this.#file.open(), { filename: this.#filename, knownLength: this.#file.size })
    return form
  }

  /** Removes what was put aside for the file. */
  dispose(): Promise<void> {
    return this.#file.dispose()
  }
}

/**
 * Reads the file of an upload, and completes its `meta` by what the caller left out.
 *
 * @throws {RequestError} when the endpoint takes no file, the file is missing or unreadable, or a part is unknown.
 * @see https://pay.weixin.qq.com/doc/v3/merchant/4012365334
 */
export async function prepareUpload(
  endpoint: ChainedEndpoint,
  multipart: Readonly<Record<string, unknown>>,
  signal: AbortSignal | undefined,
): Promise<Upload> {
  const {
    upload: traits = endpoint.documented ? undefined : { file: 'file', name: 'filename', digest: 'sha256' },
  } = endpoint.traits
  if (!traits) throw new RequestError(`${endpoint.name} takes no file: pass the body as 'json'`)
  const { [traits.file]: input, meta: given = {}, ...others } = multipart
  const [unknown] = Object.keys(others)
  if (unknown) {
    throw new RequestError(
      `${endpoint.name}: unknown part '${unknown}'; the parts are '${traits.file}' and 'meta'`,
    )
  }
  const meta = { ...traits.fixed, ...assertMeta(given, endpoint) }
  const file = await toFilePart(input, `${endpoint.name}: multipart.${traits.file}`, signal)
  try {
    const filename = String((traits.name && meta[traits.name]) ?? file.name ?? (await nameByContent(file)))
    if (traits.name) meta[traits.name] ??= filename
    if (traits.digest) meta[traits.digest] ??= await digestOf(file, traits.algorithm ?? 'sha256')
    return new Upload(meta, traits.file, file, filename)
  } catch (cause) {
    await file.dispose()
    throw new RequestError(
      `${endpoint.name}: multipart.${traits.file} cannot be read: ${(cause as Error).message}`,
    )
  }
}

function assertMeta(given: unknown, endpoint: ChainedEndpoint): Record<string, unknown> {
  if (typeof given === 'object' && given !== null && !Array.isArray(given))
    return given as Record<string, unknown>
  throw new RequestError(`${endpoint.name}: multipart.meta must be an object`)
}
