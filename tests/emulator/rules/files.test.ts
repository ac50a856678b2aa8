import { createHash, X509Certificate } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import { describe, expect } from 'vitest'
import { type Answer, authorizationOf, openAesGcm } from '../client.js'
import { DAY } from '../domain/clocked.js'
import { done, hold, refused, sendRaw, startRules, upload, wrong } from './rules.js'

const BILL = 'https://pay.weixin.qq.com/doc/v3/merchant/4012556654'
const DOWNLOAD = 'https://pay.weixin.qq.com/docs/merchant/apis/in-app-payment/get-trade-bill.html'
const CERTIFICATES = 'https://pay.weixin.qq.com/docs/merchant/products/platform-certificate/apilist.html'
const ROTATION = 'https://pay.weixin.qq.com/wiki/doc/api_external/ch/apis/chapter3_2_8.shtml'
const SWITCH = 'https://pay.weixin.qq.com/docs/partner/products/platform-certificate/update-pub-key.html'
const UPLOAD = 'https://pay.weixin.qq.com/docs/partner/apis/contracted-merchant-application/upload.html'
const PUBLIC_KEY =
  'https://pay.weixin.qq.com/docs/merchant/products/platform-certificate/wxp-pub-key-guide.html'

const rig = startRules()
const certified = startRules({ platform: 'certificates' })
const switching = startRules({ platform: { mode: 'switching', probes: 0 } })

const bill = (query: string) => (): Promise<Answer> => rig.call('GET', `/v3/bill/tradebill?${query}`)

/** The bill of a day with one order, as it is sent. */
async function downloaded(more = ''): Promise<{ readonly hash: string; readonly file: Buffer }> {
  await rig.paid()
  const { json } = await bill(`bill_date=2024-03-01${more}`)()
  rig.advance(DAY)
  const { pathname, search } = new URL(json.download_url)
  return { hash: json.hash_value, file: await fetchBytes(pathname + search) }
}

async function fetchBytes(path: string): Promise<Buffer> {
  const { header } = authorizationOf(rig.emulator, 'GET', path, '', {
    timestamp: Math.floor(rig.now() / 1_000),
  })
  const headers = { authorization: header, accept: '*/*' }
  return Buffer.from(await (await fetch(rig.emulator.url + path, { headers })).arrayBuffer())
}

const sha1 = (file: Buffer): string => createHash('sha1').update(file).digest('hex')

describe('a bill', () => {
  hold([
    [BILL, 'is that of a day', bill('bill_type=ALL'), wrong('bill_date')],
    [BILL, 'is that of a day such as 2019-06-11', bill('bill_date=20240301'), wrong('bill_date')],
    [
      BILL,
      'has a digest by SHA-1',
      async () => {
        await rig.paid()
        return bill('bill_date=2024-03-01')()
      },
      done({ hash_type: 'SHA1', hash_value: expect.stringMatching(/^[0-9a-f]{40}$/) }),
    ],
    [
      BILL,
      'has the digest of its file',
      async () => {
        const { hash, file } = await downloaded()
        return { same: sha1(file) === hash }
      },
      { same: true },
    ],
    [
      BILL,
      'has the digest of its file unzipped where it is zipped',
      async () => {
        const { hash, file } = await downloaded('&tar_type=GZIP')
        return { same: sha1(gunzipSync(file)) === hash }
      },
      { same: true },
    ],
    [
      DOWNLOAD,
      'is in yuan',
      async () => ({ file: (await downloaded()).file.toString() }),
      { file: expect.stringContaining('1.00') },
    ],
  ])
})

interface Listed {
  readonly serial_no: string
  readonly encrypt_certificate: {
    readonly ciphertext: string
    readonly nonce: string
    readonly associated_data: string
  }
}

const list = (): Promise<Answer> => certified.call('GET', '/v3/certificates')

async function opened(): Promise<object> {
  const { json } = await list()
  const [{ serial_no, encrypt_certificate }] = json.data as [Listed]
  const pem = openAesGcm(encrypt_certificate, certified.emulator.merchant.apiv3Key)
  return { same: new X509Certificate(pem).serialNumber === serial_no }
}

/** The key by which the platform answers a request that names one. */
async function answeredBy(isPublicKey: boolean): Promise<object> {
  const { emulator } = switching
  const ids = Object.keys(emulator.merchant.certs)
  const id = ids.find((one) => one.startsWith('PUB_KEY_ID_') === isPublicKey) ?? ''
  const { headers } = await sendRaw(emulator, '/v3/certificates', { headers: { 'Wechatpay-Serial': id } })
  return { same: headers['wechatpay-serial'] === id }
}

describe('the platform', () => {
  hold([
    [
      CERTIFICATES,
      'lists its certificates, encrypted',
      list,
      done({
        data: [
          {
            serial_no: expect.stringMatching(/^[0-9A-F]{40}$/),
            effective_time: expect.stringMatching(/\+08:00$/),
            expire_time: expect.stringMatching(/\+08:00$/),
            encrypt_certificate: {
              ...{
                algorithm: 'AEAD_AES_256_GCM',
                nonce: expect.stringMatching(/^.{12}$/),
                associated_data: 'certificate',
              },
            },
          },
        ],
      }),
    ],
    [CERTIFICATES, 'encrypts its certificates under the APIv3 key', opened, { same: true }],
    [
      ROTATION,
      'lists the old certificate beside the new one',
      async () => {
        const before = (await list()).json.data.length as number
        await certified.emulator.rotate()
        return { more: ((await list()).json.data.length as number) - before }
      },
      { more: 1 },
    ],
    [
      PUBLIC_KEY,
      'has no certificates for merchants with the public key',
      () => rig.call('GET', '/v3/certificates'),
      refused(404, 'RESOURCE_NOT_EXISTS'),
    ],
    [
      SWITCH,
      'signs with the public key for those who name it, while they switch',
      () => answeredBy(true),
      { same: true },
    ],
    [
      SWITCH,
      'signs with the certificate for those who name it, while they switch',
      () => answeredBy(false),
      { same: true },
    ],
  ])
})

/** Uploads an image with this `meta`, which is signed. */
const image =
  (meta: object, file: Buffer | undefined = Buffer.from('png'), filename = 'a.png') =>
  () => {
    const text = JSON.stringify(meta)
    const [body, type] = upload(text, file, filename)
    return sendRaw(rig.emulator, '/v3/merchant/media/upload', {
      method: 'POST',
      body,
      signedBody: text,
      headers: { 'Content-Type': type },
    })
  }
const sha256 = createHash('sha256').update('png').digest('hex')

describe('an image', () => {
  hold([
    [
      UPLOAD,
      'gets an id',
      image({ filename: 'a.png', sha256 }),
      done({ media_id: expect.stringMatching(/./) }),
    ],
    [UPLOAD, 'has a name', image({ sha256 }), wrong('/filename')],
    [UPLOAD, 'has a digest', image({ filename: 'a.png' }), wrong('/sha256')],
    [
      UPLOAD,
      'has the digest of its bytes',
      image({ filename: 'a.png', sha256 }, Buffer.from('other')),
      wrong('/meta/sha256'),
    ],
    [UPLOAD, 'is there', () => image({ filename: 'a.png', sha256 }, Buffer.alloc(0), '')(), wrong('/file')],
  ])
})
