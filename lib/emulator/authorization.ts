import { type KeyObject, verify } from 'node:crypto'

/** The only signature scheme of APIv3 with RSA. */
export const SCHEME = 'WECHATPAY2-SHA256-RSA2048'

const CLOCK_WINDOW_SECONDS = 300
const NAMES = ['mchid', 'nonce_str', 'signature', 'timestamp', 'serial_no'] as const
/** 256 bytes in base64: an RSA-2048 signature. */
const SIGNATURE = /^[A-Za-z0-9+/]{342}==$/

type Credentials = Readonly<Record<(typeof NAMES)[number], string>>

/** The name-value pairs of an `Authorization` header, in whatever order; `undefined` when it is malformed. */
export function parseAuthorization(header: string): Credentials | undefined {
  if (!header.startsWith(`${SCHEME} `)) return undefined
  const found: Record<string, string> = Object.create(null)
  const pair = /\s*([a-z_]+)="([^"]*)"\s*(,|$)/y
  pair.lastIndex = SCHEME.length + 1
  for (;;) {
    const match = pair.exec(header)
    const [, name, value] = match ?? []
    if (name === undefined || value === undefined || name in found) return undefined
    found[name] = value
    if (match?.[3] === '') break
  }
  return NAMES.every((name) => found[name]) ? (found as Credentials) : undefined
}

/** The header as it may be kept and shown: without the signature. */
export function redactAuthorization(header: string): string {
  const credentials = parseAuthorization(header)
  if (!credentials) return '[redacted]'
  const { mchid, nonce_str, timestamp, serial_no } = credentials
  return `${SCHEME} mchid="${mchid}",nonce_str="${nonce_str}",timestamp="${timestamp}",serial_no="${serial_no}",signature="[redacted]"`
}

/** The parts of a request that its signature covers. */
export interface SignedRequest {
  readonly authorization: string | undefined
  readonly method: string
  /** Path and query, exactly as on the request line. */
  readonly url: string
  /** The body, or the `meta` part of an upload. */
  readonly body: Buffer
}

/** Who may call, and when. */
export interface Merchant {
  readonly mchid: string
  readonly serial: string
  readonly key: KeyObject
  /** Now, in seconds. */
  readonly now: number
}

/** The finding on a signature. `message` is what was, or would have been, verified. */
export type Verdict =
  | { readonly verified: true; readonly message: Buffer }
  | { readonly verified: false; readonly message: Buffer; readonly problem: string; readonly said: string }

/** Verifies a request from the protocol: `METHOD\nURL\ntimestamp\nnonce\nbody\n`, RSA with SHA-256. */
export function verifyRequest(request: SignedRequest, merchant: Merchant): Verdict {
  const header = request.authorization ?? ''
  const credentials = parseAuthorization(header)
  const { timestamp = '', nonce_str: nonce = '' } = credentials ?? {}
  const message = Buffer.concat([
    Buffer.from(`${request.method}\n${request.url}\n${timestamp}\n${nonce}\n`),
    request.body,
    Buffer.from('\n'),
  ])
  const no = (problem: string, said: string): Verdict => ({ verified: false, message, problem, said })
  if (!header) return no('no Authorization header', 'Http头缺少Authorization')
  if (!header.startsWith(`${SCHEME} `)) {
    return no(`Authorization is not of the scheme ${SCHEME}`, 'Http头Authorization认证类型不正确')
  }
  if (!credentials) {
    return no(`Authorization must have each of ${NAMES.join(', ')} once`, 'Http头Authorization值格式错误')
  }
  if (credentials.mchid !== merchant.mchid) {
    return no(`mchid is ${credentials.mchid}, expected ${merchant.mchid}`, '商户号与签名证书不匹配')
  }
  if (credentials.serial_no !== merchant.serial) {
    return no(`serial_no is ${credentials.serial_no}, expected ${merchant.serial}`, '商户证书序列号有误')
  }
  const skew = /^\d{1,15}$/.test(timestamp) ? Number(timestamp) - merchant.now : Number.NaN
  if (!(Math.abs(skew) <= CLOCK_WINDOW_SECONDS)) {
    const problem = `timestamp ${timestamp} is not within ${CLOCK_WINDOW_SECONDS} s of ${merchant.now}`
    return no(problem, 'Http头Authorization中的timestamp与发起请求的时间不得超过5分钟')
  }
  const { signature } = credentials
  const genuine =
    SIGNATURE.test(signature) && verify('RSA-SHA256', message, merchant.key, Buffer.from(signature, 'base64'))
  return genuine ? { verified: true, message } : no('sign not match', '错误的签名，验签失败')
}
