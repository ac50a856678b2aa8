import { createHash } from 'node:crypto'
import type { Endpoints } from '../../domain/endpoints.js'
import type { Client } from '../../identity/clients.js'
import { type EndpointFacts, endpointFacts } from '../../routing/endpoint-facts.js'
import type { ApiResponse, Endpoint } from '../../routing/handler.js'
import { parameterError } from '../../routing/refusal.js'
import { notFound } from '../../routing/router.js'
import type { Part, ReceivedRequest, RequestFindings } from '../protocol.js'
import { assertRules } from './check-rules.js'
import { assertCharacters } from './check-text.js'
import { decryptRequest } from './decrypt-request.js'
import { validateRequest } from './validate-request.js'

/** A request of APIv3 as it was read, and the client that may call its path. */
export interface V3Request {
  readonly request: ReceivedRequest
  /** The `Wechatpay-Serial` of the request. */
  readonly serial: string
  /** The part of the body that is signed: all of it, or an upload's `meta`. */
  readonly signedBody: Buffer
  readonly caller: Client
}

/** The response of an endpoint, and how it is to be signed. */
export interface EndpointResponse {
  readonly response: ApiResponse
  readonly isUnsigned: boolean
}

/**
 * Finds the endpoint of a verified request, checks the request as the platform does, and has the handler respond.
 *
 * @param addFindings is called while the request is checked: a refused request has findings too
 * @throws {Refusal} when the API says no.
 */
export async function handleRequest(
  { request, serial, signedBody, caller }: V3Request,
  endpoints: Endpoints,
  addFindings: (findings: RequestFindings) => void,
): Promise<EndpointResponse> {
  const { method, path, search, incoming, parts = [] } = request
  assertSerial(serial, caller)
  const endpoint = await findEndpoint(endpoints, method, path)
  const { template, handler } = endpoint
  const params = decodeParams(endpoint)
  addFindings({ template })
  const query = new URLSearchParams(search)
  const json = parseJson(signedBody)
  assertCharacters(signedBody, json, query)
  await validateRequest(method, template, json, query)
  assertRules(template, json)
  const facts = await endpointFacts(method, template)
  if (facts?.upload) checkUpload(facts.upload, json, parts)
  const keys = caller.platform.all()
  const { plain, texts } = decryptRequest(facts?.encryptedFields ?? [], { json, query, serial }, keys)
  if (Object.keys(texts).length > 0) addFindings({ decrypted: texts })
  const { headers } = incoming
  const response = await handler({ method, template, params, query, headers, json, plain, caller })
  return { response, isUnsigned: facts?.isUnsigned ?? false }
}

async function findEndpoint(endpoints: Endpoints, method: string, path: string): Promise<Endpoint> {
  const found = await endpoints.find(method, path)
  if (!found) throw notFound(method, path)
  return found
}

function decodeParams({ params }: Endpoint): Record<string, string> {
  const decoded: Record<string, string> = Object.create(null)
  for (const [name, value] of Object.entries(params)) {
    try {
      decoded[name] = decodeURIComponent(value)
    } catch {
      throw parameterError(`/${name}`, 'is not valid percent-encoding', value, 'uri_template')
    }
  }
  return decoded
}

/** A merchant may name one of its keys in `Wechatpay-Serial`; a brand must, and it has but one. */
function assertSerial(serial: string, { scheme, platform: { publicKey } }: Client): void {
  const isChecked = scheme === 'brand' || serial.startsWith('PUB_KEY_ID_')
  if (!isChecked || !publicKey || serial === publicKey.id) return
  const issue = serial
    ? `微信支付公钥ID错误，应为${publicKey.id}`
    : `is required: 微信支付公钥ID ${publicKey.id}`
  throw parameterError('/Wechatpay-Serial', issue, serial, 'header')
}

/** The JSON object in a body; `undefined` when the body is empty. */
function parseJson(body: Buffer): object | undefined {
  if (body.length === 0) return undefined
  let value: unknown
  try {
    value = JSON.parse(body.toString())
  } catch (error) {
    throw parameterError('', `请求体不是合法的JSON: ${error instanceof Error ? error.message : ''}`)
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw parameterError('', '请求体必须是JSON对象')
}

/**
 * Compares an upload with what its signed `meta` says of it: the signature covers no more than that.
 *
 * @throws {Refusal} `PARAM_ERROR`, naming the part or the field of `meta`.
 */
function checkUpload(
  { file, digest, algorithm = 'sha256' }: NonNullable<EndpointFacts['upload']>,
  meta: unknown,
  parts: readonly Part[],
): void {
  const found = parts.find(({ name }) => name === file)
  if (!found) throw parameterError(`/${file}`, 'is required: a part with the file')
  if (!found.filename) throw parameterError(`/${file}`, 'needs a filename in its Content-Disposition')
  if (digest === undefined) return
  const given = String((meta as Readonly<Record<string, unknown>> | undefined)?.[digest] ?? '')
  const expected = createHash(algorithm).update(found.body).digest('hex')
  if (given.toLowerCase() === expected) return
  throw parameterError(
    `/meta/${digest}`,
    `图片或文件的${algorithm}与meta中的不一致, expected ${expected}`,
    given,
  )
}
