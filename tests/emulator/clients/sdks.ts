/** A field of the header `Authorization`. */
type Field = 'mchid' | 'nonce_str' | 'signature' | 'timestamp' | 'serial_no'

/** The parts of an upload, as a client writes them. */
export interface Upload {
  readonly contentType: string
  readonly body: Buffer
}

/** What a client of WeChat Pay in another language sends, and what it takes for an answer of the platform. */
export interface Sdk {
  readonly name: string
  /** The hosts that it calls, whatever it is told. */
  readonly hosts: readonly string[]
  /** The fields of its `Authorization`, in its order. */
  readonly fields: readonly Field[]
  /** The headers of every request, in its order and spelling. */
  readonly headers: Readonly<Record<string, string>>
  /** Whether every request names a platform key, and not those alone whose fields are encrypted. */
  readonly namesKey: boolean
  /** The JSON of a body, as it is signed and sent. */
  readonly json: (value: unknown) => string
  readonly upload: (meta: string, file: Buffer) => Upload
  /** The headers that an answer or a notification has to have. */
  readonly requires: readonly string[]
  /** The seconds by which an answer may be off; any number of them when absent. */
  readonly tolerance?: number
  /** Whether an answer with a body has to be JSON. */
  readonly jsonAlone?: true
  /** Whether it asks for the certificates again when an answer names one that it does not know. */
  readonly refreshes?: true
  /** Whether a notification has to name its scheme. */
  readonly namedScheme?: true
  /** Whether it takes no key of the platform but a certificate. */
  readonly certificatesAlone?: true
}

const SIGNED = ['wechatpay-nonce', 'wechatpay-serial', 'wechatpay-signature', 'wechatpay-timestamp'] as const

const BOUNDARY = 'd74496d66958873e'
const FILENAME = '公仔 1.png'

/** The parts of an upload: the headers of `meta`, those of the file. */
function multipart(meta: readonly string[], file: readonly string[]): Sdk['upload'] {
  return (text, bytes) => {
    const part = (headers: readonly string[], content: Buffer): Buffer =>
      Buffer.concat([
        Buffer.from(`--${BOUNDARY}\r\n${headers.join('\r\n')}\r\n\r\n`),
        content,
        Buffer.from('\r\n'),
      ])
    const sizeOf = (line: string, size: number): string => line.replace('{size}', String(size))
    const parts = [
      part(
        meta.map((line) => sizeOf(line, Buffer.byteLength(text))),
        Buffer.from(text),
      ),
      part(
        file.map((line) => sizeOf(line, bytes.length)),
        bytes,
      ),
    ]
    const body = Buffer.concat([...parts, Buffer.from(`--${BOUNDARY}--\r\n`)])
    return { contentType: `multipart/form-data; boundary=${BOUNDARY}`, body }
  }
}

const escaped = (json: string): string =>
  json.replace(/[\u0080-\uffff]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** JSON as Python writes it: a blank after each comma and colon, and ASCII alone. */
function pythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`
  if (typeof value !== 'object' || value === null) return escaped(JSON.stringify(value))
  const pairs = Object.entries(value).map(([name, item]) => `${pythonJson(name)}: ${pythonJson(item)}`)
  return `{${pairs.join(', ')}}`
}

export const PHP: Sdk = {
  name: 'wechatpay-php',
  hosts: ['api.mch.weixin.qq.com'],
  fields: ['mchid', 'nonce_str', 'signature', 'timestamp', 'serial_no'],
  headers: {
    Accept: 'application/json, text/plain, application/x-gzip',
    'Content-Type': 'application/json; charset=utf-8',
    'User-Agent': 'wechatpay-php/1.4.12 GuzzleHttp/7 curl/7.88.1 (Linux/6.1.0) PHP/8.2.28',
  },
  namesKey: false,
  json: (value) => escaped(JSON.stringify(value)).replaceAll('/', '\\/'),
  upload: multipart(
    [
      'Content-Type: application/json',
      'Content-Disposition: form-data; name="meta"',
      'Content-Length: {size}',
    ],
    [
      `Content-Disposition: form-data; name="file"; filename="${FILENAME}"`,
      'Content-Length: {size}',
      'Content-Type: image/png',
    ],
  ),
  requires: SIGNED,
  tolerance: 300,
}

export const GO: Sdk = {
  name: 'wechatpay-go',
  hosts: ['api.mch.weixin.qq.com', 'api2.mch.weixin.qq.com'],
  fields: ['mchid', 'nonce_str', 'timestamp', 'serial_no', 'signature'],
  headers: {
    'User-Agent': 'WechatPay-Go/0.2.20 (linux) GO/go1.22.2',
    Accept: '*/*',
    'Content-Type': 'application/json',
    'Accept-Encoding': 'gzip',
  },
  namesKey: false,
  // Its encoder ends with a newline, which is signed and sent, and escapes what HTML would take for markup.
  json: (value) =>
    `${JSON.stringify(value).replace(/[<>&]/g, (one) => `\\u00${one.charCodeAt(0).toString(16)}`)}\n`,
  upload: multipart(
    ['Content-Disposition: form-data; name="meta";', 'Content-Type: application/json'],
    [`Content-Disposition: form-data; name="file"; filename="${FILENAME}"`, 'Content-Type: image/png'],
  ),
  requires: ['request-id', ...SIGNED],
  tolerance: 299,
}

export const JAVA: Sdk = {
  name: 'wechatpay-java',
  hosts: ['api.mch.weixin.qq.com', 'api.wechatpay.cn', 'api2.wechatpay.cn'],
  fields: ['mchid', 'nonce_str', 'timestamp', 'serial_no', 'signature'],
  headers: {
    Accept: 'application/json',
    'Content-Type': 'application/json',
    'User-Agent':
      'WechatPay-Java/0.2.17 (Linux/6.1.0) Java/17.0.9 Credential/WechatPay2Credential Validator/WechatPay2Validator okhttp3/4.12.0',
    'Accept-Encoding': 'gzip',
  },
  namesKey: true,
  json: (value) => JSON.stringify(value),
  upload: multipart(
    ['Content-Disposition: form-data; name="meta"', 'Content-Type: application/json; charset=utf-8'],
    [`Content-Disposition: form-data; name="file"; filename="${FILENAME}"`, 'Content-Type: image/png'],
  ),
  requires: SIGNED,
  tolerance: 299,
  jsonAlone: true,
  namedScheme: true,
}

export const PYTHON: Sdk = {
  name: 'wechatpayv3',
  hosts: ['api.mch.weixin.qq.com'],
  fields: ['mchid', 'nonce_str', 'signature', 'timestamp', 'serial_no'],
  headers: {
    'User-Agent': 'wechatpay v3 api python sdk(https://github.com/minibear2021/wechatpayv3)',
    'Accept-Encoding': 'gzip, deflate',
    Accept: 'application/json',
    'Content-Type': 'application/json',
  },
  namesKey: false,
  json: pythonJson,
  // It names the type itself, and so nobody adds the boundary.
  upload: (meta, file) => ({ ...GO.upload(meta, file), contentType: 'multipart/form-data' }),
  requires: SIGNED,
  refreshes: true,
  certificatesAlone: true,
}
