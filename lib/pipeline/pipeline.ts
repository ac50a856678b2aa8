import { Readable } from 'node:stream'
import { AxiosHeaders, type AxiosResponse } from 'axios'
import type { TemplatedEndpoint } from '../catalog/endpoint.js'
import { knownVerbs } from '../catalog/lookup.js'
import type { Verb } from '../catalog/traits.js'
import { NetworkError, RequestError } from '../errors.js'
import { copyLiterals, readGiven } from '../plain-object.js'
import type { Call, Protocol, SignedHttpRequest, Upload, VerifiedResponse } from '../protocols/protocol.js'
import type { HttpResponse, Transport } from '../transport/transport.js'
import { assertObject, buildCall, type CallDefaults, type RequestObject } from './build.js'
import { type RepeatOptions, repeat } from './repeat.js'
import { accept, send, Timer } from './send.js'
import { prepareUpload } from './upload.js'

/** What the calls of a client have in common. */
export interface CallOptions extends RepeatOptions {
  readonly defaults: Readonly<Record<Verb, CallDefaults>>
  /** Milliseconds for a call with all its repeats. */
  readonly deadline: number | undefined
  /** Whether requests are checked against the catalogue unless a request object says otherwise. */
  readonly validate: boolean
}

/**
 * Runs one call of the chain, step by step:
 *
 * 1. `buildCall` checks the request object and makes a {@link Call} of it, which no later step changes;
 * 2. `validateRequest` compares it with the catalogue, and `prepareUpload` reads its file, where it asks for them;
 * 3. `repeat` makes attempts until a response stands, each of which (see `attempt`) encrypts, signs, sends, verifies and decodes;
 *    a `sink` gets the body within the attempt.
 *
 * @throws {WechatpayError} of one of its kinds, and nothing else.
 */
export async function runCall(
  endpoint: TemplatedEndpoint,
  given: unknown,
  options: CallOptions,
): Promise<AxiosResponse> {
  const { name, traits, verb } = endpoint
  if (traits.redirect) {
    throw new RequestError(`${name} is a page for the user's browser: send it to the URL that url(…) gives`)
  }
  const { request, built } = readRequest(endpoint, given, options.defaults[verb])
  const { deadline } = options
  const expiry = deadline === undefined ? undefined : AbortSignal.timeout(deadline)
  const signal = expiry && built.signal ? AbortSignal.any([expiry, built.signal]) : (expiry ?? built.signal)
  const wishes = (request ?? {}) as RequestObject
  let upload: Upload | undefined
  try {
    if (hasFile(endpoint, wishes)) {
      upload = await prepareUpload(endpoint, assertObject(endpoint, 'multipart', wishes.multipart), signal)
    }
    if (wishes.validate ?? options.validate) {
      const body = { [endpoint.protocol === 'v2' ? 'xml' : 'json']: built.body }
      await validate(endpoint, { ...wishes, ...body, query: built.query })
    }
    if (signal?.aborted) throw abortedBefore(name, signal)
    const call = upload || signal ? { ...built, signal, upload, body: upload?.fields ?? built.body } : built
    return await repeat(call, wishes, options)
  } catch (error) {
    throw expiry?.aborted && error instanceof NetworkError ? pastDeadline(error, deadline) : error
  } finally {
    await upload?.dispose()
  }
}

/** The request object, copied before anything is awaited: what the caller does to its objects later does not concern this call. */
function readRequest(
  endpoint: TemplatedEndpoint,
  given: unknown,
  defaults: CallDefaults,
): { readonly request: unknown; readonly built: Call } {
  return readGiven(`${endpoint.name}: the request`, () => {
    const request = copyLiterals(given)
    return { request, built: buildCall(endpoint, request, defaults) }
  })
}

/** Makes attempts directly: from the call to the verified and decoded response. */
export function createAttempt(
  protocol: Protocol,
  transmit: Transport['send'],
): (call: Call) => Promise<AxiosResponse> {
  return (call) => attempt(call, protocol, transmit)
}

async function attempt(call: Call, protocol: Protocol, transmit: Transport['send']): Promise<AxiosResponse> {
  const started = performance.now()
  const timer = new Timer(call.timeout)
  try {
    const encrypted = await protocol.encrypt(call, timer)
    const request = await protocol.sign(encrypted)
    const response = await send(request, call, timer, transmit)
    const data = await accept(response, request, call, protocol, (verified) => decode(verified, call))
    const duration = Math.round(performance.now() - started)
    return toAxiosResponse(call, request, response, data, duration)
  } finally {
    timer.stop()
  }
}

/** The data of a verified response in the form that the caller asked for. */
export function decode(
  { body, decode }: VerifiedResponse,
  { responseType }: Pick<Call, 'responseType'>,
): unknown {
  if (body instanceof Readable) return decode()
  switch (responseType) {
    case 'arraybuffer':
      return body
    case 'stream':
      return Readable.from([body])
    case 'blob':
      return new Blob([new Uint8Array(body)])
    case 'text':
      return body.toString()
  }
  return decode()
}

/** The response as axios hands it over, with nothing secret in its config. */
function toAxiosResponse(
  { endpoint, timeout, signal, responseType }: Call,
  { url, headers, body }: SignedHttpRequest,
  response: HttpResponse,
  data: unknown,
  duration: number,
): AxiosResponse {
  const shown = new AxiosHeaders()
  for (const name of Object.keys(headers)) if (name !== 'Authorization') shown[name] = headers[name]
  return {
    data,
    status: response.status,
    statusText: response.statusText,
    headers: response.headers,
    config: {
      method: endpoint.verb,
      url,
      data: body,
      headers: shown,
      timeout,
      ...(signal && { signal }),
      ...(responseType && { responseType }),
    },
    request: undefined,
    duration,
  }
}

/** Whether a file goes with a request. An upload of APIv2 has no other form. */
function hasFile({ protocol, traits }: TemplatedEndpoint, { multipart }: RequestObject): boolean {
  return multipart !== undefined || (protocol === 'v2' && traits.upload !== undefined)
}

/** Loads the validator with the first request that asks for it, because few do. */
async function validate(endpoint: TemplatedEndpoint, request: RequestObject): Promise<void> {
  if (!endpoint.documented) {
    // A client that checks whatever it can still leaves undocumented paths open.
    if (request.validate !== true) return
    const verbs = knownVerbs(endpoint.path).map((verb) => verb.toUpperCase())
    const hint = verbs.length > 0 ? `; ${endpoint.path} is documented as ${verbs.join(', ')}` : ''
    throw new RequestError(`${endpoint.name} is not documented, so there is nothing to validate it by${hint}`)
  }
  const { validateRequest } = await import('./validate.js').catch((cause: Error) => {
    throw new RequestError(`${endpoint.name}: the validator cannot be loaded: ${cause.message}`, { cause })
  })
  await validateRequest(endpoint, request)
}

function abortedBefore(name: string, { reason }: AbortSignal): NetworkError {
  const message = `${name}: aborted before it was sent`
  return new NetworkError(message, { code: 'ABORTED', retryable: true, cause: reason })
}

function pastDeadline(
  { message, retryable, mayHaveHappened, cause }: NetworkError,
  deadline: number | undefined,
): NetworkError {
  return new NetworkError(`${message}: the deadline of ${deadline} ms has passed`, {
    code: 'TIMEOUT',
    retryable,
    mayHaveHappened,
    cause,
  })
}
