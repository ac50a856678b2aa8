import { verify } from 'node:crypto'
import { type Client, SCHEMES, type Scheme } from '../../identity/clients.js'

const CLOCK_WINDOW_SECONDS = 300
const NAMES = ['nonce_str', 'signature', 'timestamp', 'serial_no'] as const
/** An RSA-2048 signature: 256 bytes in base64. */
const SIGNATURE = /^[A-Za-z0-9+/]{342}==$/

type Credentials = Readonly<Record<(typeof NAMES)[number], string>> & {
  readonly scheme: Scheme
  /** `mchid` or `brand_id`. */
  readonly id: string
}

function schemeOf(header: string): Scheme | undefined {
  return (Object.keys(SCHEMES) as Scheme[]).find((scheme) => header.startsWith(`${SCHEMES[scheme].name} `))
}

/** The name-value pairs of an `Authorization` header, in whatever order; `undefined` when it is malformed. */
export function parseAuthorization(header: string): Credentials | undefined {
  const scheme = schemeOf(header)
  if (!scheme) return undefined
  const found: Record<string, string> = Object.create(null)
  const pair = /\s*([a-z_]+)="([^"]*)"\s*(,|$)/y
  pair.lastIndex = SCHEMES[scheme].name.length + 1
  for (;;) {
    const match = pair.exec(header)
    const [, name, value] = match ?? []
    if (name === undefined || value === undefined || name in found) return undefined
    found[name] = value
    if (match?.[3] === '') break
  }
  const id = found[SCHEMES[scheme].id]
  if (!id || !NAMES.every((name) => found[name])) return undefined
  return { ...(found as Record<(typeof NAMES)[number], string>), scheme, id }
}

/** The header as it may be kept and shown: without the signature. */
export function redactAuthorization(header: string): string {
  const credentials = parseAuthorization(header)
  if (!credentials) return '[redacted]'
  const { scheme, id, nonce_str, timestamp, serial_no } = credentials
  return `${SCHEMES[scheme].name} ${SCHEMES[scheme].id}="${id}",nonce_str="${nonce_str}",timestamp="${timestamp}",serial_no="${serial_no}",signature="[redacted]"`
}

/** The parts of a request that its signature covers. */
export interface SignedRequest {
  readonly authorization: string | undefined
  readonly method: string
  /** Path and query, exactly as on the request line. */
  readonly url: string
  /** The signed part of the body: all of it, or the `meta` of an upload. */
  readonly body: Buffer
}

/** The finding on a signature of APIv3. `message` is the canonical message that the signature should cover. */
export type V3Verification =
  | { readonly verified: true; readonly message: Buffer }
  | { readonly verified: false; readonly message: Buffer; readonly problem: string; readonly said: string }

/**
 * Verifies a request from the protocol: `METHOD\nURL\ntimestamp\nnonce\nbody\n`, RSA with SHA-256.
 *
 * @param caller that may call this path
 * @param now in seconds
 */
export function verifyRequest(request: SignedRequest, caller: Client, now: number): V3Verification {
  const header = request.authorization ?? ''
  const credentials = parseAuthorization(header)
  const { timestamp = '', nonce_str: nonce = '' } = credentials ?? {}
  const message = Buffer.concat([
    Buffer.from(`${request.method}\n${request.url}\n${timestamp}\n${nonce}\n`),
    request.body,
    Buffer.from('\n'),
  ])
  const no = ([problem, said]: Problem): V3Verification => ({ verified: false, message, problem, said })
  const wrongScheme = problemOfScheme(header, caller.scheme)
  if (wrongScheme) return no(wrongScheme)
  const { id: idName } = SCHEMES[caller.scheme]
  if (!credentials) {
    const names = [idName, ...NAMES].join(', ')
    return no([`Authorization must have each of ${names} once`, 'Http头Authorization值格式错误'])
  }
  const wrongCaller = problemOfCaller(credentials, caller)
  if (wrongCaller) return no(wrongCaller)
  const skew = /^\d{1,15}$/.test(timestamp) ? Number(timestamp) - now : Number.NaN
  if (!(Math.abs(skew) <= CLOCK_WINDOW_SECONDS)) {
    const problem = `timestamp ${timestamp} is not within ${CLOCK_WINDOW_SECONDS} s of ${now}`
    return no([problem, 'Http头Authorization中的timestamp与发起请求的时间不得超过5分钟'])
  }
  const { signature } = credentials
  const genuine =
    SIGNATURE.test(signature) && verify('RSA-SHA256', message, caller.key, Buffer.from(signature, 'base64'))
  return genuine ? { verified: true, message } : no(['sign not match', '错误的签名，验签失败'])
}

/** The reason why a signature is refused, in English and in the API's words. */
type Problem = readonly [problem: string, said: string]

/** The problem of a scheme that is not the expected one: a merchant cannot sign for a brand, nor a brand for a merchant. */
function problemOfScheme(header: string, expected: Scheme): Problem | undefined {
  if (!header) return ['no Authorization header', 'Http头缺少Authorization']
  const given = schemeOf(header)
  if (given === expected) return undefined
  const { name } = SCHEMES[expected]
  const problem = `Authorization is not of the scheme ${name}`
  const said = 'Http头Authorization认证类型不正确'
  if (!given) return [problem, said]
  const foreign = SCHEMES[given].name
  return expected === 'brand'
    ? [
        `${problem}: ${foreign} is that of a merchant, and /brand/ is called by a brand`,
        `${said}：/brand/ 接口由品牌调用，应为 ${name}，而不是商户的 ${foreign}`,
      ]
    : [
        `${problem}: ${foreign} is that of a brand, which calls nothing but /brand/`,
        `${said}：此接口由商户调用，应为 ${name}，而不是品牌的 ${foreign}`,
      ]
}

function problemOfCaller({ id, serial_no }: Credentials, caller: Client): Problem | undefined {
  const isBrand = caller.scheme === 'brand'
  if (id !== caller.id) {
    const problem = `${SCHEMES[caller.scheme].id} is ${id}, expected ${caller.id}`
    return [problem, isBrand ? '品牌ID与签名证书不匹配' : '商户号与签名证书不匹配']
  }
  if (serial_no.toUpperCase() === caller.serial.toUpperCase()) return undefined
  const problem = `serial_no is ${serial_no}, expected ${caller.serial}`
  return [problem, isBrand ? '品牌API证书序列号有误' : '商户证书序列号有误']
}
