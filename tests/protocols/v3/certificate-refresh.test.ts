import { createSecretKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { canonicalResponse, encryptAesGcm, sign } from '../../../lib/crypto/index.js'
import { RequestError } from '../../../lib/errors.js'
import { type CertificatesOptions, createCertificates } from '../../../lib/protocols/v3/certificates.js'
import { createPlatformCertificates } from '../../../lib/protocols/v3/platform-certificates.js'
import { createFixedKeys, type PlatformKey } from '../../../lib/protocols/v3/platform-keys.js'
import type { SignedPayload } from '../../../lib/protocols/v3/signature.js'
import type { Store } from '../../../lib/store.js'
import { certify } from '../../openssl.js'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const apiv3Key = createSecretKey(Buffer.alloc(32, 'k'))
const nonce = 'n'.repeat(12)
/** A key of the platform, with its certificate. */
function platformKey(serial: string) {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return { serial, privateKey, publicKey, certificate: certify(privateKey, serial) }
}
type Platform = ReturnType<typeof platformKey>
const first = platformKey('AA')
const second = platformKey('BB')
const stranger = platformKey('CC')

const listOf = (platform: readonly Platform[], key: KeyObject = apiv3Key) => ({
  data: platform.map(({ serial, certificate }) => ({
    serial_no: serial,
    encrypt_certificate: {
      ...{ nonce, associated_data: 'certificate' },
      ciphertext: encryptAesGcm(certificate, key, nonce, 'certificate'),
    },
  })),
})
function answerOf(platform: readonly Platform[], by: Platform, key?: KeyObject): SignedPayload {
  const body = JSON.stringify(listOf(platform, key))
  const timestamp = String(Math.floor(Date.now() / 1_000))
  const signature = sign(canonicalResponse({ timestamp, nonce: 'n', body }), by.privateKey)
  return { headers: { serial: by.serial, signature, timestamp, nonce: 'n' }, body }
}

/** Certificates whose gateway answers what `answer` makes; `asked` are the serials that it was asked with. */
function start(given: Partial<CertificatesOptions> = {}) {
  const state = {
    answer: () => answerOf([first], first) as SignedPayload | Promise<never>,
    asked: [] as unknown[],
  }
  const certificates = createCertificates({
    ...{ mchid: '1900000109', apiv3Key, store: undefined, given: [] },
    download: async (serial) => {
      state.asked.push(serial)
      return state.answer()
    },
    ...given,
  })
  return { state, certificates }
}
const serials = ({ all }: { all: () => readonly PlatformKey[] }): string[] =>
  all().map(({ serial }) => serial)
const away = (): Promise<never> => Promise.reject(new Error('the gateway is away'))

beforeEach(
  () =>
    void vi.useFakeTimers({
      toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout'],
      now: Date.now() + MINUTE,
    }),
)
afterEach(() => void vi.useRealTimers())

describe('platform certificates', () => {
  it('are downloaded once for all who wait for them', async () => {
    const { certificates, state } = start()
    expect(certificates.current()).toBeUndefined()
    await Promise.all([certificates.ready(), certificates.ready()])
    await certificates.ready()
    expect([state.asked, serials(certificates)]).toEqual([[undefined], ['AA']])
    expect(certificates.get('aa')).toBe(certificates.current())
    certificates.close()
  })

  it('are not downloaded where keys are given, which stay known', async () => {
    const given = [{ serial: 'PUB_KEY_ID_1', key: stranger.publicKey }]
    const { certificates, state } = start({ given })
    await certificates.ready()
    expect(state.asked).toEqual([])
    await certificates.lookUp('AA')
    expect([state.asked, serials(certificates)]).toEqual([['PUB_KEY_ID_1'], ['PUB_KEY_ID_1', 'AA']])
    certificates.close()
  })

  it('are asked for again by the next who needs them, when they could not be had', async () => {
    const { certificates, state } = start()
    state.answer = away
    await expect(certificates.ready()).rejects.toThrow('the gateway is away')
    expect(vi.getTimerCount()).toBe(0)
    state.answer = () => answerOf([first], first)
    await certificates.ready()
    expect(serials(certificates)).toEqual(['AA'])
    certificates.close()
  })

  it('are refreshed in the background, and stay in use while that fails', async () => {
    const { certificates, state } = start()
    await certificates.ready()
    await vi.advanceTimersByTimeAsync(10 * HOUR - 1)
    expect(state.asked).toHaveLength(1)
    state.answer = away
    await vi.advanceTimersByTimeAsync(1)
    expect([state.asked, serials(certificates)]).toEqual([[undefined, 'AA'], ['AA']])
    state.answer = () => answerOf([first, second], first)
    await vi.advanceTimersByTimeAsync(5 * MINUTE - 1)
    expect(state.asked).toHaveLength(2)
    await vi.advanceTimersByTimeAsync(1)
    expect([state.asked.length, serials(certificates)]).toEqual([3, ['AA', 'BB']])
    certificates.close()
  })

  it('are not refreshed once they are closed', async () => {
    const { certificates, state } = start()
    await certificates.ready()
    expect(vi.getTimerCount()).toBe(1)
    certificates.close()
    expect(vi.getTimerCount()).toBe(0)
    await certificates.refresh()
    expect([state.asked.length, vi.getTimerCount()]).toEqual([2, 0])
  })

  it.each<[string, readonly Platform[], Platform, boolean]>([
    ['one that was known before', [second], first, true],
    ['one that the list delivers', [second], second, true],
    ['a stranger', [second], stranger, false],
  ])('are believed when %s signed the list', async (_, platform, by, isBelieved) => {
    const { certificates, state } = start()
    await certificates.ready()
    state.answer = () => answerOf(platform, by)
    const refreshed = certificates.refresh()
    if (isBelieved) await refreshed
    else await expect(refreshed).rejects.toMatchObject({ code: 'SERIAL_UNKNOWN' })
    expect(serials(certificates)).toEqual(isBelieved ? ['BB'] : ['AA'])
    if (!isBelieved)
      await expect(refreshed).rejects.toThrow(/^GET v3\/certificates: the answer is not to be trusted/)
    certificates.close()
  })

  it('are not believed by one whose time is over', async () => {
    const given = [{ serial: 'CC', key: stranger.publicKey, notAfter: Date.now() + HOUR }]
    const { certificates, state } = start({ given })
    state.answer = () => answerOf([first], stranger)
    await certificates.refresh()
    await vi.advanceTimersByTimeAsync(HOUR)
    await expect(certificates.refresh()).rejects.toMatchObject({ code: 'SERIAL_UNKNOWN' })
    certificates.close()
  })

  it('are asked for once more when a probe came in their place', async () => {
    const { certificates, state } = start()
    const probes = [{ signature: 'WECHATPAY/SIGNTEST/AAAA' }, {}]
    state.answer = () => {
      const { headers, body } = answerOf([first], first)
      return { headers: { ...headers, ...probes.shift() }, body }
    }
    await certificates.ready()
    expect([state.asked.length, serials(certificates)]).toEqual([2, ['AA']])
    certificates.close()
  })
})

describe('a serial that is not known', () => {
  it('is looked up, once for all who ask, and then not before a minute is over', async () => {
    const { certificates, state } = start()
    await certificates.ready()
    await Promise.all([certificates.lookUp('BB'), certificates.lookUp('CC')])
    expect(state.asked).toHaveLength(2)
    await vi.advanceTimersByTimeAsync(MINUTE - 1)
    await certificates.lookUp('BB')
    expect(state.asked).toHaveLength(2)
    await vi.advanceTimersByTimeAsync(1)
    state.answer = () => answerOf([first, second], first)
    await certificates.lookUp('BB')
    expect([state.asked.length, serials(certificates)]).toEqual([3, ['AA', 'BB']])
    // It was found, so the next rotation need not wait.
    await certificates.lookUp('CC')
    expect(state.asked).toHaveLength(4)
    certificates.close()
  })

  it('that a download has brought already is not downloaded again', async () => {
    const { certificates, state } = start()
    await certificates.ready()
    await certificates.lookUp('AA')
    expect(state.asked).toHaveLength(1)
    certificates.close()
  })

  it.each(['PUB_KEY_ID_1', '', 'AG', 'A'.repeat(65), 'AA ', ' AA'])(
    'is nowhere to be found: %j',
    async (serial) => {
      const { certificates, state } = start()
      await certificates.lookUp(serial)
      expect(state.asked).toEqual([])
    },
  )

  it('fails for all who ask within the minute, with the reason', async () => {
    const { certificates, state } = start()
    state.answer = away
    await expect(certificates.lookUp('AA')).rejects.toThrow('the gateway is away')
    await expect(certificates.lookUp('BB')).rejects.toThrow('the gateway is away')
    expect(state.asked).toHaveLength(1)
  })
})

describe('a store', () => {
  const KEY = 'wechatpay-fluent:certificates:1900000109'
  const storeOf = (value: unknown) => {
    const store = { get: vi.fn(async () => value), set: vi.fn(async () => true) }
    return store satisfies Store
  }
  const entry = (age: number, list: unknown = listOf([first])) => ({ list, fetchedAt: Date.now() - age })

  it('gets the list as it came, still encrypted, for as long as it is good', async () => {
    const store = storeOf(undefined)
    const { certificates } = start({ store })
    await certificates.ready()
    expect(store.get).toHaveBeenCalledExactlyOnceWith(KEY)
    await vi.advanceTimersByTimeAsync(0)
    expect(store.set).toHaveBeenCalledExactlyOnceWith(
      KEY,
      { list: listOf([first]), fetchedAt: Date.now() },
      10 * HOUR,
    )
    certificates.close()
  })

  it('saves the download, and the list is refreshed when it is old', async () => {
    const { certificates, state } = start({ store: storeOf(entry(9 * HOUR)) })
    await certificates.ready()
    expect([state.asked, serials(certificates)]).toEqual([[], ['AA']])
    await vi.advanceTimersByTimeAsync(HOUR - 1)
    expect(state.asked).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(state.asked).toEqual(['AA'])
    certificates.close()
  })

  it.each<[string, () => unknown]>([
    ['nothing', () => undefined],
    ['null', () => null],
    ['a text', () => 'x'],
    ['a list that is too old', () => entry(10 * HOUR)],
    ['a list of the future', () => entry(-1)],
    ['a list without a time', () => ({ list: listOf([first]) })],
    ['a list of nothing', () => entry(0, { data: [] })],
    ['no list', () => entry(0, { data: 'x' })],
    ['a list under another key', () => entry(0, listOf([stranger], createSecretKey(Buffer.alloc(32, 'x'))))],
  ])('that has %s counts as none', async (_, value) => {
    const { certificates, state } = start({ store: storeOf(value()) })
    await certificates.ready()
    expect([state.asked.length, serials(certificates)]).toEqual([1, ['AA']])
    certificates.close()
  })

  it('that fails counts as none', async () => {
    const broken = { get: () => away(), set: () => away() }
    const { certificates, state } = start({ store: broken })
    await certificates.ready()
    expect([state.asked.length, serials(certificates)]).toEqual([1, ['AA']])
    certificates.close()
  })

  it('that is behind a rotation is asked once', async () => {
    const store = storeOf(entry(0))
    const { certificates, state } = start({ store })
    state.answer = () => answerOf([first, second], first)
    await certificates.lookUp('BB')
    expect([state.asked, serials(certificates)]).toEqual([['AA'], ['AA', 'BB']])
    await vi.advanceTimersByTimeAsync(MINUTE)
    await certificates.lookUp('CC')
    expect([store.get.mock.calls.length, state.asked.length]).toEqual([1, 2])
    certificates.close()
  })
})

describe('the certificates of a client', () => {
  const signer = { mchid: '1900000109', serial: 'AB12', privateKey: stranger.privateKey }

  it.each([
    [signer, 'The platform keys are those of `certs`; there is nothing to refresh'],
    [
      { brandId: '40001', serial: 'AB12', privateKey: stranger.privateKey },
      'A brand has no platform certificates to download: its WeChat Pay public key is that of `certs`',
    ],
  ])('are what they are where they were given', async (owner, why) => {
    const keys = createFixedKeys([{ serial: 'PUB_KEY_ID_1', key: second.publicKey }])
    const shown = createPlatformCertificates(keys, undefined, owner)
    expect((await shown.list()).map(({ serial }) => serial)).toEqual(['PUB_KEY_ID_1'])
    await expect(shown.refresh()).rejects.toBeInstanceOf(RequestError)
    await expect(shown.refresh()).rejects.toThrow(why)
  })

  it('are listed with their validity, and downloaded anew', async () => {
    const { certificates, state } = start({ given: [{ serial: 'PUB_KEY_ID_1', key: second.publicKey }] })
    const shown = createPlatformCertificates(certificates, certificates, signer)
    const pem = second.publicKey.export({ type: 'spki', format: 'pem' })
    expect(await shown.list()).toEqual([{ serial: 'PUB_KEY_ID_1', publicKey: pem }])
    expect(await shown.refresh()).toEqual([
      { serial: 'PUB_KEY_ID_1', publicKey: pem },
      {
        serial: 'AA',
        publicKey: first.publicKey.export({ type: 'spki', format: 'pem' }),
        ...{ notBefore: expect.any(Date), notAfter: expect.any(Date) },
      },
    ])
    expect(state.asked).toHaveLength(1)
    expect(Object.isFrozen(shown)).toBe(true)
    certificates.close()
  })
})
