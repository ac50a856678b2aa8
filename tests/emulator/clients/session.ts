import { createPublicKey, randomBytes, sign, verify, X509Certificate } from 'node:crypto'
import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { text } from 'node:stream/consumers'
import type { Emulator } from '../../../lib/emulator/index.js'
import { openAesGcm } from '../client.js'
import type { Sdk } from './sdks.js'

/** The failure of a call: the code of the API, or what the client makes of an answer. */
export class Failure extends Error {
  readonly status: number | undefined

  constructor(message: string, status?: number) {
    super(message)
    this.status = status
  }
}

interface Message {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

/** The keys of the platform by their ids, as PEM. */
export type Keys = Readonly<Record<string, string>>

/** A client at work. */
export interface Session {
  /** Calls the API, and believes an answer as the client does; the JSON of the answer, or `undefined` without a body. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it freely
  call(method: string, path: string, value?: unknown): Promise<any>
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it freely
  upload(path: string, meta: string, file: Buffer): Promise<any>
  /** Learns the certificates of the platform. */
  download(): Promise<void>
  /** The resource of a notification that the client believes. */
  open(headers: Readonly<Record<string, string>>, body: string): Promise<object>
  readonly keys: Keys
}

/** Works as a client does: with its keys, or those that it downloads. */
export function startSession(sdk: Sdk, emulator: Emulator, given: Keys, host?: string): Session {
  let keys: Keys = given
  const { merchant } = emulator

  function authorization(method: string, path: string, body: string): string {
    const timestamp = String(Math.floor(Date.now() / 1_000))
    const nonce_str = randomBytes(16).toString('hex').toUpperCase()
    const message = `${method}\n${path}\n${timestamp}\n${nonce_str}\n${body}\n`
    const signature = sign('RSA-SHA256', Buffer.from(message), merchant.privateKey).toString('base64')
    const { mchid, serial: serial_no } = merchant
    const values = { mchid, nonce_str, signature, timestamp, serial_no }
    return `WECHATPAY2-SHA256-RSA2048 ${sdk.fields.map((name) => `${name}="${values[name]}"`).join(',')}`
  }

  async function send(
    method: string,
    path: string,
    body: string | Buffer,
    { signedBody = String(body), contentType = '' } = {},
  ): Promise<Message & { readonly status: number }> {
    const length = Buffer.byteLength(body)
    const [named = ''] = Object.keys(keys)
    const headers: Record<string, string> = {
      ...sdk.headers,
      ...(contentType && { 'Content-Type': contentType }),
      ...(sdk.namesKey && named && { 'Wechatpay-Serial': named }),
      Authorization: authorization(method, path, signedBody),
      ...(length > 0 && { 'Content-Length': String(length) }),
    }
    const { protocol, port } = new URL(emulator.url)
    const request = protocol === 'https:' ? requestHttps : requestHttp
    const to = { host: '127.0.0.1', port, method, path, agent: false as const }
    const tls = host === undefined ? {} : { servername: host, ca: emulator.ca ?? '' }
    // A flat list keeps the order and the spelling.
    const lines = Object.entries({ Host: host ?? `127.0.0.1:${port}`, ...headers }).flat()
    return new Promise((resolve, reject) => {
      request({ ...to, ...tls, headers: lines as never }, (response) => {
        text(response).then((content) => {
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text: content })
        }, reject)
      })
        .on('error', reject)
        .end(body)
    })
  }

  async function keyOf(serial: string): Promise<string> {
    const isUsable = (id: string): boolean => !sdk.certificatesAlone || !id.startsWith('PUB_KEY_ID_')
    const find = (): string | undefined => (isUsable(serial) ? keys[serial] : undefined)
    if (find() === undefined && sdk.refreshes) await download()
    const key = find()
    if (key === undefined) throw new Failure(`no key ${serial}`)
    return key
  }

  async function believe({ headers, text }: Message): Promise<void> {
    for (const name of sdk.requires) if (!headers[name]) throw new Failure(`no ${name}`)
    const [timestamp, nonce] = [headers['wechatpay-timestamp'], headers['wechatpay-nonce']]
    const skew = Math.abs(Number(timestamp) - Date.now() / 1_000)
    if (sdk.tolerance !== undefined && skew > sdk.tolerance) throw new Failure('another time')
    const pem = await keyOf(String(headers['wechatpay-serial']))
    const key = pem.includes('CERTIFICATE') ? new X509Certificate(pem).publicKey : createPublicKey(pem)
    const signature = Buffer.from(String(headers['wechatpay-signature']), 'base64')
    const message = Buffer.from(`${timestamp}\n${nonce}\n${text}\n`)
    if (!verify('RSA-SHA256', message, key, signature)) throw new Failure('wrong signature')
  }

  async function read(answer: Message & { readonly status: number }, isBelieved = true): Promise<unknown> {
    const { status, headers, text } = answer
    // Errors are told by their code alone: no client verifies them.
    if (status < 200 || status > 299) throw new Failure(String(JSON.parse(text || '{}').code), status)
    if (sdk.jsonAlone && text && !/^application\/json/.test(String(headers['content-type']))) {
      throw new Failure('no JSON')
    }
    if (isBelieved) await believe(answer)
    return text ? JSON.parse(text) : undefined
  }

  /** The certificates are believed because they are encrypted under the APIv3 key. */
  async function download(): Promise<void> {
    const answer = await send('GET', '/v3/certificates', '')
    const { data } = (await read(answer, false)) as {
      data: {
        serial_no: string
        encrypt_certificate: { ciphertext: string; nonce: string; associated_data: string }
      }[]
    }
    const opened = data.map(({ serial_no, encrypt_certificate }) => [
      serial_no,
      openAesGcm(encrypt_certificate, merchant.apiv3Key),
    ])
    keys = Object.fromEntries(opened) as Keys
    await believe(answer)
  }

  return {
    download,
    get keys() {
      return keys
    },
    call: async (method, path, value) =>
      read(await send(method, path, value === undefined ? '' : sdk.json(value))),
    upload: async (path, meta, file) => {
      const { body, contentType } = sdk.upload(meta, file)
      return read(await send('POST', path, body, { signedBody: meta, contentType }))
    },
    async open(given, body) {
      const headers = Object.fromEntries(
        Object.entries(given).map(([name, value]) => [name.toLowerCase(), value]),
      )
      const scheme = headers['wechatpay-signature-type']
      if (sdk.namedScheme && scheme !== 'WECHATPAY2-SHA256-RSA2048')
        throw new Failure(`no verifier for ${scheme}`)
      await believe({ headers, text: body })
      const { resource, resource_type } = JSON.parse(body)
      if (resource_type !== 'encrypt-resource') throw new Failure('no resource')
      if (resource.algorithm !== 'AEAD_AES_256_GCM') throw new Failure('no cipher')
      return JSON.parse(openAesGcm(resource, merchant.apiv3Key)) as object
    },
  }
}
