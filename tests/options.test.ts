import { createSecretKey, generateKeyPairSync, X509Certificate } from 'node:crypto'
import { Agent } from 'node:https'
import { describe, expect, it, vi } from 'vitest'
import { AXIOS_OPTIONS } from '../lib/check-options.js'
import { type BrandOptions, ConfigError, Wechatpay, type WechatpayOptions } from '../lib/index.js'
import { loadConfig } from '../lib/options.js'
import { certify, pem } from './openssl.js'

const merchant = generateKeyPairSync('rsa', { modulusLength: 2048 })
const platform = generateKeyPairSync('rsa', { modulusLength: 2048 })
const short = generateKeyPairSync('rsa', { modulusLength: 1024 })
const valid: WechatpayOptions = {
  mchid: '1900000109',
  serial: '3775B6A45ACD588826D15E583A95F5DD00000000',
  privateKey: pem(merchant.privateKey),
  certs: { PUB_KEY_ID_0114232134912410000000000000: pem(platform.publicKey) },
}
const certificateSerial = '5157F09EFDC096DE15EBE81A47057A7200000000'

describe('a client', () => {
  it('is made from public keys and certificates in any mix', () => {
    const certificate = certify(platform.privateKey, certificateSerial)
    const mixed = { ...valid.certs, [certificateSerial]: certificate }
    expect(new Wechatpay({ ...valid, certs: mixed })).toBeInstanceOf(Wechatpay)
    expect(
      new Wechatpay({ ...valid, certs: { [certificateSerial.toLowerCase()]: certificate } }),
    ).toBeDefined()
  })

  it('takes defaults of axios, and bytes, URLs and KeyObjects for keys', () => {
    const wxpay = new Wechatpay({ ...valid, privateKey: merchant.privateKey, timeout: 1234 })
    expect(wxpay.client.v3.defaults.timeout).toBe(1234)
  })

  it('waits 15 s for an answer when it is told nothing', () => {
    expect(new Wechatpay(valid).client.v3.defaults.timeout).toBe(15_000)
  })

  const without = (name: keyof WechatpayOptions) =>
    ({ ...valid, [name]: undefined }) as unknown as WechatpayOptions
  it.each<[string, () => WechatpayOptions, string]>([
    ['no options', () => undefined as never, 'takes an object of options'],
    ['no mchid', () => without('mchid'), 'Missing: mchid'],
    ['neither certs nor apiv3Key', () => without('certs'), 'Give certs, or apiv3Key'],
    [
      'a number for mchid',
      () => ({ ...valid, mchid: 1900000109 as never }),
      'mchid must be a string of digits',
    ],
    ['a serial that is none', () => ({ ...valid, serial: 'apiclient_cert' }), 'openssl x509'],
    [
      'a certificate for the private key',
      () => ({ ...valid, privateKey: certify(merchant.privateKey) }),
      'privateKey is a certificate',
    ],
    [
      'a public key for the private key',
      () => ({ ...valid, privateKey: pem(merchant.publicKey) }),
      'privateKey is a public key',
    ],
    [
      'a missing file',
      () => ({ ...valid, privateKey: 'file:///nowhere/apiclient_key.pem' }),
      'privateKey: cannot read file:///nowhere',
    ],
    [
      'the private key among certs',
      () => ({ ...valid, certs: { PUB_KEY_ID_1: pem(merchant.privateKey) } }),
      'certs.PUB_KEY_ID_1 is a private key',
    ],
    [
      'its own serial among certs',
      () => ({ ...valid, certs: { [valid.serial]: pem(platform.publicKey) } }),
      'your own merchant certificate',
    ],
    [
      'a certificate under another serial',
      () => ({ ...valid, certs: { ABC123: certify(platform.privateKey, certificateSerial) } }),
      `the certificate with serial ${certificateSerial}`,
    ],
    [
      'a key among certs that is not there',
      () => ({ ...valid, certs: { PUB_KEY_ID_1: undefined as never } }),
      'certs.PUB_KEY_ID_1 is missing',
    ],
    [
      'a list of certs',
      () => ({ ...valid, certs: [pem(platform.publicKey)] as never }),
      'certs must be an object',
    ],
    [
      'certs under a key in place of an id',
      () => ({ ...valid, certs: { [pem(merchant.privateKey)]: pem(platform.publicKey) } }),
      'characters that is no id; it is PUB_KEY_ID_… of a public key',
    ],
    ['empty certs', () => ({ ...valid, certs: {} }), 'certs is empty'],
    [
      'certs that are a key',
      () => ({ ...valid, certs: pem(platform.publicKey) as never }),
      'certs must be an object',
    ],
    ['an apiv3Key of 31 bytes', () => ({ ...valid, apiv3Key: 'a'.repeat(31) }), 'apiv3Key has 31 bytes'],
    [
      'an apiv3Key of 32 letters but more bytes',
      () => ({ ...valid, apiv3Key: '密'.repeat(32) }),
      'apiv3Key has 96 bytes',
    ],
    ['a secret of 33 bytes', () => ({ ...valid, secret: 'a'.repeat(33) }), 'secret has 33 bytes'],
    ['a misspelt option', () => ({ ...valid, apiV3key: 'a' }) as WechatpayOptions, "did you mean 'apiv3Key'"],
    [
      'an agent that trusts everyone',
      () => ({ ...valid, httpsAgent: new Agent({ rejectUnauthorized: false }) }),
      'rejectUnauthorized',
    ],
  ])('is not made from %s', (_, options, why) => {
    expect(() => new Wechatpay(options())).toThrow(ConfigError)
    expect(() => new Wechatpay(options())).toThrow(why)
  })

  it.each([...AXIOS_OPTIONS])('takes the axios option %s', (name) => {
    expect(() => new Wechatpay({ ...valid, [name]: undefined })).not.toThrow()
  })

  it.each<[string, unknown]>([
    ['timeout', -1],
    ['timeout', '5'],
    ['deadline', 0],
    ['failover', 'https://api2.wechatpay.cn'],
    ['failover', ['api2.wechatpay.cn']],
    ['baseURL', 'https://user:secret@example.com'],
    ['baseURL', 'https://example.com/?a=1'],
    ['store', {}],
  ])('is not made with %s: %j', (name, value) => {
    expect(() => new Wechatpay({ ...valid, [name]: value })).toThrow(`${name} must be`)
  })

  it.each(['auth', 'key', 'url'])(
    'refuses the unknown option %s, which axios would keep and print',
    (name) => {
      expect(() => new Wechatpay({ ...valid, [name]: 'secret' })).toThrow(`There is no option '${name}'`)
    },
  )
})

describe('what people paste', () => {
  const secret = 'k'.repeat(32)
  const build = (options: object) => new Wechatpay({ ...valid, ...options } as WechatpayOptions)
  const key = pem(merchant.privateKey)
  const certificate = certify(platform.privateKey, certificateSerial)
  const oneLine = (text: string) => text.trim().replace(/\n/g, '\\n')
  const own = certify(merchant.privateKey, valid.serial)

  it.each<[string, object]>([
    ['a key with literal \\n', { privateKey: oneLine(key) }],
    ['a key in quotes', { privateKey: `"${oneLine(key)}"` }],
    ['a key in single quotes, with blanks around', { privateKey: ` '${key}' \n` }],
    ['a key on one line', { privateKey: key.replace(/\n/g, ' ') }],
    ['a key behind a byte order mark', { privateKey: `\uFEFF${key}` }],
    ['bytes behind a byte order mark', { privateKey: Buffer.from(`\uFEFF${key}`) }],
    ['a certificate before the key', { privateKey: `${own}\n${key}` }],
    ['a file URL with a line end', { certs: { ...valid.certs }, privateKey: Buffer.from(`${key}\r\n`) }],
    ['a certificate with literal \\n', { certs: { [certificateSerial]: oneLine(certificate) } }],
    ['a certificate in quotes', { certs: { [certificateSerial]: `"${oneLine(certificate)}"` } }],
    ['a public key in quotes', { certs: { PUB_KEY_ID_1: `"${oneLine(pem(platform.publicKey))}"` } }],
    ['an id with blanks', { certs: { ' PUB_KEY_ID_1\n': pem(platform.publicKey) } }],
    ['an id without its beginning', { certs: { '0114232134912410000000000000': pem(platform.publicKey) } }],
    ['an apiv3Key with a line end', { apiv3Key: `${secret}\n` }],
    ['an apiv3Key as bytes', { apiv3Key: Buffer.from(secret) }],
    ['an apiv3Key as bytes with a line end', { apiv3Key: Buffer.from(`${secret}\r\n`) }],
    ['an apiv3Key as KeyObject', { apiv3Key: createSecretKey(Buffer.from(secret)) }],
    ['a secret with blanks', { secret: ` ${secret}\t` }],
    ['a secret in quotes', { secret: `"${secret}"` }],
    ['a secret as KeyObject', { secret: createSecretKey(Buffer.from(secret)) }],
    ['an mchid with blanks', { mchid: ' 1900000109\n' }],
    ['merchant.cert without a serial', { serial: undefined, merchant: { cert: own } }],
    ['merchant.cert with literal \\n', { merchant: { cert: oneLine(own) } }],
    ['merchant.cert in quotes', { merchant: { cert: `"${oneLine(own)}"`, key: `"${oneLine(key)}"` } }],
    ['merchant.cert as DER', { merchant: { cert: new X509Certificate(own).raw } }],
    ['ca with literal \\n', { ca: `"${oneLine(own)}"` }],
    ['one file for cert and key', { merchant: { cert: own + key, key: own + key } }],
  ])('is understood: %s', (_, options) => {
    expect(build(options)).toBeInstanceOf(Wechatpay)
  })

  it.each([
    'serial=3775B6A45ACD588826D15E583A95F5DD00000000',
    'Serial Number: 37:75:b6:a4:5a:cd:58:88:26:d1:5e:58:3a:95:f5:dd:00:00:00:00',
    ' 3775b6a45acd588826d15e583a95f5dd00000000\n',
    '0x3775B6A45ACD588826D15E583A95F5DD00000000',
    BigInt('0x3775B6A45ACD588826D15E583A95F5DD00000000').toString(),
  ])('is understood as a serial: %s', (serial) => {
    const { account } = loadConfig({ ...valid, serial } as WechatpayOptions)
    expect(account.serial).toBe('3775B6A45ACD588826D15E583A95F5DD00000000')
  })

  it.each([
    ['00:C7:5A', 'C75A'],
    ['00c75a', 'C75A'],
    ['075A', '075A'],
    ['0047', '0047'],
  ])('has the octet for its sign no more: %s', (serial, expected) => {
    const { account } = loadConfig({ ...valid, serial } as WechatpayOptions)
    expect(account.serial).toBe(expected)
  })

  it('gives its serial by merchant.cert, which requests are signed under', () => {
    const { account } = loadConfig({
      ...valid,
      serial: undefined,
      merchant: { cert: own },
    } as WechatpayOptions)
    expect(account.serial).toBe(valid.serial)
  })

  it('is understood as the id of a public key, and named as it is', () => {
    const { platformKeys } = loadConfig({
      ...valid,
      certs: { ' 0114232134912410000000000000 ': pem(platform.publicKey) },
    })
    expect(platformKeys.map(({ serial }) => serial)).toEqual(['PUB_KEY_ID_0114232134912410000000000000'])
  })

  it.each<[string, object, string]>([
    [
      'a damaged END line',
      { privateKey: key.replace(/-----END.*/, '-----END PRIVATE') },
      'privateKey is a PRIVATE KEY whose END line is missing or damaged',
    ],
    [
      'a certificate without END',
      { certs: { [certificateSerial]: certificate.replace(/-----END.*/, '') } },
      `certs.${certificateSerial} is a CERTIFICATE whose END line is missing`,
    ],
    ['a damaged BEGIN line', { privateKey: key.replace('-----BEGIN', '---BEGIN') }, 'BEGIN line is damaged'],
    ['a path for the key', { privateKey: './apiclient_key.pem' }, 'pathToFileURL(path)'],
    ['a path for merchant.cert', { merchant: { cert: '/etc/apiclient_cert.pem' } }, 'pathToFileURL(path)'],
    ['a path for merchant.pfx', { merchant: { pfx: './apiclient_cert.p12' } }, 'pathToFileURL(path)'],
    ['a path for ca', { ca: '/etc/ssl/ca.pem' }, 'pathToFileURL(path)'],
    ['ca that is none', { ca: [key] }, 'ca is no certificate'],
    ['PEM for merchant.pfx', { merchant: { pfx: own } }, 'merchant.pfx is a CERTIFICATE in PEM'],
    ['a variable that is not set', { certs: { undefined: certificate } }, "under 'undefined'"],
    ['no id', { certs: { ' ': certificate } }, 'is the variable with its id set?'],
    ['another id', { certs: { pub_key: pem(platform.publicKey) } }, 'begins with PUB_KEY_ID_'],
    ['its own key', { certs: { PUB_KEY_ID_1: pem(merchant.publicKey) } }, 'is your own key'],
    [
      'its own key in a certificate',
      { certs: { AB12: certify(merchant.privateKey, 'AB12') } },
      'is your own key',
    ],
    [
      'merchant.cert of another serial',
      { merchant: { cert: certify(merchant.privateKey, certificateSerial) } },
      `merchant.cert has the serial number ${certificateSerial}, but serial is ${valid.serial}`,
    ],
    [
      'no serial, and a certificate in a pfx',
      { serial: undefined, merchant: { pfx: Buffer.from('x') } },
      'Missing: serial',
    ],
    [
      'no serial, and no certificate for merchant.cert',
      { serial: undefined, merchant: { cert: key } },
      'merchant.cert is no certificate but a key',
    ],
    ['a public KeyObject for a secret', { secret: platform.publicKey }, 'secret must be text, bytes'],
    ['userAgent', { userAgent: 'shop' }, "headers: { 'User-Agent': … }"],
    ['authType', { authType: 'WECHATPAY2-SHA256-RSA2048' }, 'leave it out'],
    ['validateStatus', { validateStatus: () => true }, 'a refusal is an ApiError'],
    ['a number for a secret', { secret: 1 }, 'secret must be text, bytes'],
    ['key', { key: secret }, 'the APIv2 key is secret, the APIv3 key apiv3Key'],
    ['serial_no', { serial_no: '1' }, 'is serial'],
    ['publicKey', { publicKey: own }, 'certs'],
    ['appid', { appid: 'wx1' }, 'defaults: { appid }'],
    ['constructor', { constructor: 1 }, "There is no option 'constructor'"],
    ['no mchid', { mchid: undefined }, '商户平台'],
    ['the mchid for a serial', { serial: '1900000109' }, 'serial is 1900000109, the id itself'],
    ['the mchid for the id of a key', { certs: { '1900000109': pem(platform.publicKey) } }, 'your own id'],
    [
      'a Map for certs',
      { certs: new Map([['PUB_KEY_ID_1', platform.publicKey]]) },
      'certs must be an object',
    ],
    ['a short key', { certs: { PUB_KEY_ID_1: short.publicKey } }, 'is an RSA key of 1024 bits'],
    ['v3 in the baseURL', { baseURL: 'https://api.mch.weixin.qq.com/v3' }, 'without the v3'],
    ['a proxy as a URL', { proxy: 'http://127.0.0.1:1' }, 'proxy must be false, or { host, port'],
    ['headers as text', { headers: 'X-A: 1' }, 'headers must be an object'],
    ['both kinds of merchant', { merchant: { cert: own, pfx: own } }, 'merchant has cert and pfx'],
    ['a number for a passphrase', { merchant: { pfx: Buffer.from('x'), passphrase: 1 } }, 'must be text'],
    ['a URL of the web for a key', { privateKey: 'https://example.com/key.pem' }, 'it is not fetched'],
    ['a key for merchant.cert', { merchant: { cert: key } }, 'merchant.cert is no certificate but a key'],
  ])('is refused by name: %s', (_, options, why) => {
    expect(() => build(options)).toThrow(ConfigError)
    expect(() => build(options)).toThrow(why)
  })
})

describe('defaults of requests', () => {
  const ownOf = (defaults: unknown) => loadConfig({ ...valid, defaults } as WechatpayOptions).own

  it('stand beside the id of the client, without what is pasted around them', () => {
    const notify_url = 'https://pay.example.com/notify'
    expect(ownOf({ appid: ' "wx8888888888888888"\n', notify_url })).toEqual({
      mchid: valid.mchid,
      ...{ appid: 'wx8888888888888888', notify_url },
    })
    expect(ownOf({ appid: undefined })).toEqual({ mchid: valid.mchid })
    expect(ownOf({ notify_url: 'http://10.1.2.3:8080/notify' }).notify_url).toBe(
      'http://10.1.2.3:8080/notify',
    )
  })

  it.each<[string, unknown, string]>([
    ['no object', 'wx8888888888888888', 'defaults must be an object: { appid, notify_url }'],
    ['a list', [], 'defaults must be an object'],
    ['a misspelt one', { appId: 'wx1' }, "defaults.appId is no default: did you mean 'appid'?"],
    ['the merchant id', { mchid: '1' }, "the merchant id is the client's own"],
    ['a name of every object', { constructor: 'wx1' }, 'defaults.constructor is no default'],
    ['a number', { appid: 1 }, 'defaults.appid must be the id of an app as text'],
    ['null', { appid: null }, 'defaults.appid must be'],
    ['an empty one', { appid: ' ' }, 'defaults.appid must be'],
    [
      'an address without a scheme',
      { notify_url: 'example.com/n' },
      'defaults.notify_url must be an https URL',
    ],
    ['an address with a query', { notify_url: 'https://a.cn/n?shop=1' }, 'without a query'],
    ['an empty address', { notify_url: '' }, 'defaults.notify_url must be'],
  ])('are refused: %s', (_, defaults, why) => {
    expect(() => ownOf(defaults)).toThrow(ConfigError)
    expect(() => ownOf(defaults)).toThrow(why)
  })
})

it('a certificate among certs that has expired is refused', () => {
  const certs = { AB12: certify(platform.privateKey, 'AB12') }
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 2 * 24 * 60 * 60 * 1_000 })
  try {
    expect(() => new Wechatpay({ ...valid, certs } as WechatpayOptions)).toThrow(
      /certs.AB12 has expired, on /,
    )
  } finally {
    vi.useRealTimers()
  }
})

it('does not compile without a serial and without the certificate that has it', () => {
  const compiled = (..._: readonly WechatpayOptions[]): void => undefined
  compiled({ mchid: '1', privateKey: '', merchant: { cert: '' } })
  // @ts-expect-error no serial
  compiled({ mchid: '1', privateKey: '' })
  // @ts-expect-error the serial number cannot be read off a pfx
  compiled({ mchid: '1', privateKey: '', merchant: { pfx: '' } })
})

describe('the client of a brand', () => {
  const brand: BrandOptions = {
    brandId: '120344',
    serial: certificateSerial,
    privateKey: merchant.privateKey,
    certs: { PUB_KEY_ID_0100001203442024010100000000: pem(platform.publicKey) },
  }

  it('is made from its id, key and WeChat Pay public key; its API key may be there', () => {
    expect(new Wechatpay(brand)).toBeInstanceOf(Wechatpay)
    expect(new Wechatpay({ ...brand, brandApiKey: 'a'.repeat(32), timeout: 1_000 })).toBeDefined()
    expect(new Wechatpay({ ...brand, mchid: undefined, apiv3Key: undefined } as never)).toBeDefined()
  })

  const having = (more: object): object => ({ ...brand, ...more })
  const TWO =
    'Make two clients: new Wechatpay({ mchid, serial, privateKey, certs, apiv3Key }) and new Wechatpay({ brandId, serial, privateKey, certs, brandApiKey })'
  it.each<[string, object, string]>([
    [
      'an mchid too',
      having({ mchid: valid.mchid }),
      'mchid is an option of a merchant, brandId is an option of a brand',
    ],
    ['an mchid too', having({ mchid: valid.mchid }), TWO],
    ['an apiv3Key', having({ apiv3Key: 'a'.repeat(32) }), `apiv3Key is an option of a merchant`],
    ['an apiv3Key', having({ apiv3Key: 'a'.repeat(32) }), TWO],
    ['an APIv2 key', having({ secret: 'a'.repeat(32) }), TWO],
    ['a client certificate', having({ merchant: { cert: '' } }), TWO],
    ['a store for certificates', having({ store: new Map() }), 'store is an option of a merchant'],
    ['a brandApiKey for a merchant', { ...valid, brandApiKey: 'a'.repeat(32) }, TWO],
    [
      'no certs',
      having({ certs: undefined }),
      'Missing: certs. certs: a brand has no certificates to download',
    ],
    ['empty certs', having({ certs: {} }), 'List the WeChat Pay public key of the brand'],
    ['no key', having({ privateKey: undefined }), 'Missing: privateKey'],
    ['a brandApiKey alone', { brandApiKey: 'a'.repeat(32) }, 'Missing: brandId, serial, privateKey, certs'],
    ['a brandApiKey of 31 characters', having({ brandApiKey: 'a'.repeat(31) }), 'brandApiKey has 31 bytes'],
    [
      'a brandApiKey of wide characters',
      having({ brandApiKey: '密'.repeat(32) }),
      'brandApiKey has 96 bytes',
    ],
    ['a number for brandId', having({ brandId: 120344 }), 'brandId must be a string of digits'],
    ['a brandId that is none', having({ brandId: '1"x' }), 'brandId must be a string of digits'],
    ['a serial that is none', having({ serial: 'x' }), "serial must be the brand API certificate's"],
    [
      'its own serial among certs',
      having({ certs: { [certificateSerial]: pem(platform.publicKey) } }),
      'your own brand API certificate',
    ],
    ['a misspelt option', having({ brandApikey: 'a' }), "did you mean 'brandApiKey'"],
  ])('is not made with %s', (_, options, why) => {
    expect(() => new Wechatpay(options as never)).toThrow(ConfigError)
    expect(() => new Wechatpay(options as never)).toThrow(why)
  })

  it('does not compile with the options of both', () => {
    const compiled = (..._: readonly WechatpayOptions[]): void => undefined
    compiled(valid, brand)
    // @ts-expect-error a client is a merchant or a brand
    compiled({ ...valid, brandId: '120344' })
    // @ts-expect-error the APIv3 key is a merchant's
    compiled({ ...brand, apiv3Key: '' })
    // @ts-expect-error the brand API key is a brand's
    compiled({ mchid: '1', serial: '1', privateKey: '', brandApiKey: '' })
    // @ts-expect-error a brand has no certificates to download
    compiled({ brandId: '1', serial: '1', privateKey: '' })
  })
})
