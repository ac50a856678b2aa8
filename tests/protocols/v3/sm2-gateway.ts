/** A gateway that signs and verifies with SM2 by openssl alone: it shares nothing with the client. */
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { createSm2Identity, opensslSm2Sign, opensslSm2Verifies } from '../../openssl.js'
import { encryptWithOpenssl, sm4KeyOf } from '../../sm4-gcm.js'

export const mchid = '1900000109'
export const apiv3Key = '0123456789abcdefghijklmnopqrstuv'
export const merchant = createSm2Identity('AB12')
export const platform = createSm2Identity('CD34')
/** The serial number of the platform's certificate. */
export const SERIAL = 'CD34'

/** What arrived, and whether openssl takes its signature for the merchant's. */
export interface Arrived {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
  readonly verified: boolean
}

export interface Sm2Gateway {
  readonly baseURL: string
  readonly requests: Arrived[]
  /** The body of the next answers. */
  answer: string
  /** Changes the body after it is signed. */
  tamper: (body: string) => string
  readonly close: () => void
}

/** The headers of a body that the platform signs, and that body. */
export function signAsPlatform(body: string, privateKey: string = platform.privateKey) {
  const timestamp = String(Math.floor(Date.now() / 1000))
  const signature = opensslSm2Sign(`${timestamp}\nnonce\n${body}\n`, privateKey)
  return {
    'Wechatpay-Serial': SERIAL,
    'Wechatpay-Signature-Type': 'WECHATPAY2-SM2-WITH-SM3',
    'Wechatpay-Timestamp': timestamp,
    'Wechatpay-Nonce': 'nonce',
    'Wechatpay-Signature': signature,
  }
}

/** What WeChat Pay writes where something is encrypted with SM4. */
export function encryptAsPlatform(text: string, associated_data: string) {
  const nonce = 'abcdefghijkl'
  const ciphertext = encryptWithOpenssl({
    ...{ key: sm4KeyOf(apiv3Key), nonce: Buffer.from(nonce), plain: Buffer.from(text) },
    associatedData: Buffer.from(associated_data),
  })
  return { algorithm: 'AEAD_SM4_GCM', ciphertext: ciphertext.toString('base64'), nonce, associated_data }
}

/** The answer of `GET /v3/certificates?algorithm_type=SM2`. */
export const certificateList = (): string => {
  const encrypt_certificate = encryptAsPlatform(platform.certificate, 'certificate')
  return JSON.stringify({ data: [{ serial_no: SERIAL, encrypt_certificate }] })
}

export async function startSm2Gateway(): Promise<Sm2Gateway> {
  const requests: Arrived[] = []
  const server = createServer(async (req, res) => {
    const arrived = await readRequest(req)
    requests.push(arrived)
    const body = arrived.url.startsWith('/v3/certificates') ? certificateList() : gateway.answer
    res.writeHead(200, { 'Content-Type': 'application/json', ...signAsPlatform(body) })
    res.end(gateway.tamper(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const gateway: Sm2Gateway = {
    baseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    answer: '{}',
    tamper: (body) => body,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
  return gateway
}

async function readRequest(req: IncomingMessage): Promise<Arrived> {
  const body = (await buffer(req)).toString()
  const { method = '', url = '', headers } = req
  const { authorization = '' } = headers
  const field = (name: string): string => new RegExp(`${name}="([^"]*)"`).exec(authorization)?.[1] ?? ''
  const message = [method, url, field('timestamp'), field('nonce_str'), body, ''].join('\n')
  const verified =
    authorization.startsWith(`WECHATPAY2-SM2-WITH-SM3 mchid="${mchid}",`) &&
    field('serial_no') === 'AB12' &&
    opensslSm2Verifies(message, field('signature'), merchant.publicKey)
  return { method, url, headers, body, verified }
}
