import { createDecipheriv, type KeyObject, verify, X509Certificate } from 'node:crypto'
import { createRequire } from 'node:module'
import { createEmulator, Wechatpay } from './built.js'
import { atLeast, figure, type Row } from './report.js'
import { interleave, median, medianRatio } from './statistics.js'

/** Short rounds, so that what slows down the machine slows down all of a round. */
const ROUNDS = 300
const BATCH = 50
/** Calls after which V8 has optimized what it is going to. */
const WARM_UP = 5_000
const OVER_PEER = 4
/** Parity, but for what noise makes of it. */
const OVER_BARE = 0.95
const OVER_PLUGIN = 1

/** What is used here of wechatpay-node-v3. */
interface NodeV3 {
  verifySign(message: object): Promise<boolean>
  decipher_gcm(ciphertext: string, associatedData: string, nonce: string, key: string): unknown
}
const Pay = createRequire(import.meta.url)('wechatpay-node-v3') as {
  new (options: object): NodeV3
  certificates: Record<string, string>
}

/** What is used here of wechatpay-axios-plugin. */
const plugin = createRequire(import.meta.url)('wechatpay-axios-plugin') as {
  readonly Rsa: {
    from(key: string, type: string): KeyObject
    verify(message: string, signature: string, publicKey: KeyObject): boolean
  }
  readonly Aes: {
    readonly AesGcm: {
      decrypt(ciphertext: string, key: string, nonce: string, associatedData: string): string
    }
  }
  readonly Formatter: { response(timestamp: string, nonce: string, body: string): string }
}

/** Verify, decrypt and read one notification, beside bare `node:crypto`, wechatpay-axios-plugin and wechatpay-node-v3. */
export async function measureNotifications(): Promise<Row[]> {
  const emulator = await createEmulator({ platform: { mode: 'switching', probes: 0 } })
  const { mchid, serial, privateKey, apiv3Key } = emulator.merchant
  const certificates = await emulator.certificates()
  const [id = '', pem = ''] = Object.entries(certificates)[0] ?? []
  const resource = {
    out_trade_no: '1217752501201407033233368018',
    trade_state: 'SUCCESS',
    amount: { total: 100 },
  }
  const { headers, body } = emulator.signNotification('TRANSACTION.SUCCESS', resource as never, {
    serial: id,
  })
  const wxpay = new Wechatpay({ mchid, serial, privateKey, apiv3Key, certs: { [id]: pem } })
  Pay.certificates[id] = pem
  const pay = new Pay({
    ...{ appid: 'wxd678efh567hg6787', mchid, serial_no: serial, key: apiv3Key },
    ...{ publicKey: Buffer.from(pem), privateKey: Buffer.from(privateKey) },
  })
  const header = (name: string): string => headers[`Wechatpay-${name}`] ?? ''
  const [timestamp, nonce, signature] = [header('Timestamp'), header('Nonce'), header('Signature')]
  const key = Buffer.from(apiv3Key)
  // Loaded once, as one would.
  const { publicKey } = new X509Certificate(pem)

  const bare = (): unknown => {
    if (
      !verify(
        'RSA-SHA256',
        Buffer.from(`${timestamp}\n${nonce}\n${body}\n`),
        publicKey,
        Buffer.from(signature, 'base64'),
      )
    ) {
      throw new Error('not genuine')
    }
    const sealed = JSON.parse(body).resource
    const bytes = Buffer.from(sealed.ciphertext, 'base64')
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.nonce)
    decipher.setAAD(Buffer.from(sealed.associated_data))
    decipher.setAuthTag(bytes.subarray(-16))
    return JSON.parse(
      `${decipher.update(bytes.subarray(0, -16), undefined, 'utf8')}${decipher.final('utf8')}`,
    )
  }
  const pluginKey = plugin.Rsa.from(pem, 'public')
  // As its README shows it.
  const pluginPeer = (): unknown => {
    const message = plugin.Formatter.response(timestamp, nonce, body)
    if (!plugin.Rsa.verify(message, signature, pluginKey)) throw new Error('not genuine')
    const { ciphertext, nonce: iv, associated_data } = JSON.parse(body).resource
    return JSON.parse(plugin.Aes.AesGcm.decrypt(ciphertext, apiv3Key, iv, associated_data))
  }
  const peer = async (): Promise<unknown> => {
    if (!(await pay.verifySign({ timestamp, nonce, body, serial: id, signature, apiSecret: apiv3Key }))) {
      throw new Error('not genuine')
    }
    const { ciphertext, associated_data, nonce: iv } = JSON.parse(body).resource
    return pay.decipher_gcm(ciphertext, associated_data, iv, apiv3Key)
  }
  const time = async (work: () => unknown, calls: number): Promise<number> => {
    const started = performance.now()
    for (let at = 0; at < calls; at++) await work()
    return ((performance.now() - started) * 1000) / calls
  }
  const fluent = () => wxpay.notifications.parse({ headers, body })
  for (const work of [fluent, bare, pluginPeer, peer]) await time(work, WARM_UP)
  const results = await interleave(
    {
      fluent: () => time(fluent, BATCH),
      bare: () => time(bare, BATCH),
      plugin: () => time(pluginPeer, BATCH),
      peer: () => time(peer, BATCH),
    },
    ROUNDS,
  )
  wxpay.close()
  await emulator.close()
  const each = (name: keyof typeof results): string => `${figure(median(results[name]))} µs`
  return [
    {
      what: 'notifications: ours; bare crypto; wechatpay-axios-plugin; wechatpay-node-v3',
      measured: `${each('fluent')}; ${each('bare')}; ${each('plugin')}; ${each('peer')}`,
    },
    atLeast(
      'notifications: throughput, ours / bare crypto',
      medianRatio(results.bare, results.fluent),
      OVER_BARE,
      '×',
    ),
    atLeast(
      'notifications: throughput, ours / wechatpay-axios-plugin',
      medianRatio(results.plugin, results.fluent),
      OVER_PLUGIN,
      '×',
    ),
    atLeast(
      'notifications: throughput, ours / wechatpay-node-v3',
      medianRatio(results.peer, results.fluent),
      OVER_PEER,
      '×',
    ),
  ]
}
