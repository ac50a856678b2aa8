import { beforeAll, describe, expect, it } from 'vitest'
import { type Installation, install, run } from './install.js'
import { filesLoadedBy, packagesOf } from './loaded.js'

const TIMEOUT = 180_000
const NAME = 'wechatpay-fluent'

let installed: Installation
beforeAll(async () => {
  installed = await install()
}, TIMEOUT)

describe.each(['import', 'require'] as const)('with %s, the package', (how) => {
  const load = (specifier: string) => filesLoadedBy(installed.folder, how, specifier)
  const own = (files: readonly string[]) => files.filter((file) => file.startsWith(NAME))

  it('loads axios and nothing more: not what the emulator, bulk jobs, bills, XML or the command line need', () => {
    const files = load(NAME)
    expect(packagesOf(files)).toEqual([...packagesOf(load('axios')), NAME].sort())
    expect(packagesOf(files)).toContain('axios')
  }, 60_000)

  it('loads few files of its own, because every file takes time', () => {
    const files = own(load(NAME))
    expect(files.length).toBeGreaterThan(0)
    expect(files.length).toBeLessThanOrEqual(3)
    expect(files.join()).not.toMatch(/emulator|bulk|cli|print-calls/)
  }, 60_000)

  it('loads not even axios for the functions of crypto, and a parser of XML alone', () => {
    expect(packagesOf(load(`${NAME}/crypto`)).toSorted()).toEqual(['saxes', NAME, 'xmlchars'])
  }, 60_000)

  it('loads neither axios nor the client for the emulator', () => {
    const files = load(`${NAME}/emulator`)
    expect(packagesOf(files)).not.toContain('axios')
    expect(files.join()).not.toMatch(/lib\/index\.js/)
  }, 60_000)
})

describe.each(['mjs', 'cjs'] as const)('as .%s, the package', (extension) => {
  const from = (subpath: string) =>
    extension === 'mjs' ? `await import('${NAME}${subpath}')` : `require('${NAME}${subpath}')`
  /** Runs the body of an async function, which returns what is to be printed. */
  const evaluate = (body: string): unknown => {
    const code = `const main = async () => {\n${body}\n}
main().then((value) => console.log(JSON.stringify(value)), (error) => { console.error(error); process.exitCode = 1 })`
    return JSON.parse(run(installed.folder, extension, code))
  }

  it('has one class for an error, wherever it was thrown', () => {
    expect(
      evaluate(`
const { ConfigError, WechatpayError } = ${from('')}
const { loadPrivateKey } = ${from('/crypto')}
try { loadPrivateKey('no key') } catch (error) { return [error instanceof ConfigError, error instanceof WechatpayError] }`),
    ).toEqual([true, true])
  }, 60_000)

  it('has its classes under their own names, which errors show', () => {
    expect(
      evaluate(`
const exported = Object.entries(${from('')}).filter(([, value]) => typeof value === 'function' && value.prototype)
return exported.filter(([name]) => /^[A-Z]/.test(name)).map(([name, value]) => [name, value.name])`),
    ).toEqual(
      [
        'ApiError',
        'Ciphertext',
        'ConfigError',
        'NetworkError',
        'RequestError',
        'Sensitive',
        'VerificationError',
        'Wechatpay',
        'WechatpayError',
      ].map((name) => [name, name]),
    )
  }, 60_000)

  it('loads the rest when it is needed: calls of both versions, an upload, a bill, notifications, a check', () => {
    expect(
      evaluate(`
const { Wechatpay } = ${from('')}
const { createEmulator } = ${from('/emulator')}
const emulator = await createEmulator({ seed: 'package' })
const wxpay = new Wechatpay(emulator.merchant)
try {
  const json = { openid: 'o', code: '478515832665', out_request_no: '1' }
  const card = await wxpay.v3.marketing.membercardOpen.cards._card_id_.users.import.post({ card_id: 'p', json })
  const xml = { appid: 'wx8888888888888888', out_trade_no: '1' }
  const order = await wxpay.v2.pay.orderquery.post({ xml }).catch((error) => error)
  const file = new Blob(['a']), meta = { filename: 'a.png' }
  const image = await wxpay.v3.merchant.media.upload.post({ multipart: { file, meta } })
  const bill = await wxpay.bills.trade({ bill_date: '2024-01-01' })
  let rows = 0
  for await (const row of bill) rows += row ? 1 : 0
  const sent = await emulator.signNotification('TRANSACTION.SUCCESS', { out_trade_no: '1' })
  const event = await wxpay.notifications.parse(sent)
  const bytes = Buffer.from('<xml><a>1</a></xml>')
  const refused = await wxpay.notifications.parse({ headers: {}, body: bytes }).catch((error) => error.name)
  const checked = await wxpay.check()
  const faults = checked.filter(({ state }) => state === 'bad').length
  return [checked.length > 0, faults, card.data.code, order.code, order.verified, typeof image.data.media_id, rows > 0, event.event_type, refused]
} finally {
  wxpay.close()
  await emulator.close()
}`),
    ).toEqual([
      true,
      0,
      '478515832665',
      'ORDERNOTEXIST',
      true,
      'string',
      true,
      'TRANSACTION.SUCCESS',
      'VerificationError',
    ])
  }, 60_000)
})
