import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { createMerchant, type Merchant } from './merchant.js'
import { type Ran, wxpay } from './run.js'

// Each command is a process of its own.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let merchant: Merchant
let config: string
let env: Readonly<Record<string, string>>
beforeAll(async () => {
  merchant = await createMerchant()
  const { brandId, serial, privateKey, certs, brandApiKey, baseURL } = merchant.emulator.brand
  const keyFile = merchant.file('brand_key.pem', privateKey)
  config = merchant.file('brand.json', JSON.stringify({ ...merchant.emulator.brand, privateKey: keyFile }))
  env = {
    WXPAY_BRAND_ID: brandId,
    WXPAY_SERIAL: serial,
    WXPAY_PRIVATE_KEY: keyFile,
    WXPAY_CERTS: JSON.stringify(certs),
    WXPAY_BRAND_API_KEY: brandApiKey,
    WXPAY_BASE_URL: baseURL,
  }
})
beforeEach(() => {
  merchant.emulator.requests.length = 0
})

/** Runs a command as the brand; none of its secrets may show. */
async function run(args: readonly string[], options: Parameters<typeof wxpay>[1] = { env }): Promise<Ran> {
  const ran = await wxpay(args, options)
  const { brandApiKey, privateKey } = merchant.emulator.brand
  for (const hidden of [brandApiKey, privateKey.slice(30, 80)]) {
    expect(ran.stdout + ran.stderr).not.toContain(hidden)
  }
  return ran
}

describe('as a brand, wxpay', () => {
  it('calls a path, by a file of options', async () => {
    const args = ['call', 'brand/card-member/cards/{card_id}', '--param', 'card_id=p1', '--config', config]
    const { code, stdout, stderr } = await run(args, {})
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(JSON.parse(stdout)).toMatchObject({ card_id: 'p1' })
    expect(merchant.emulator.requests).toMatchObject([
      { verified: true, path: '/brand/card-member/cards/p1' },
    ])
  })

  it('calls a chain, by the environment', async () => {
    const { code } = await run([
      'call',
      'wxpay.brand.cardMember.cards._card_id_.get',
      '--param',
      'card_id=p1',
    ])
    expect(code).toBe(0)
  })

  it('shows what would be signed', async () => {
    const { stdout } = await run(['call', 'brand/card-member/cards', '--dry-run'])
    const { signed, headers } = JSON.parse(stdout)
    expect(signed).toMatch(/^GET\n\/brand\/card-member\/cards\n\d+\n\w+\n\n$/)
    expect(headers.Authorization).toMatch(/^WECHATPAY-BRAND-SHA256-RSA2048 brand_id="120344",.*signature="…"/)
  })

  it('runs a job over a table', async () => {
    const input = merchant.file('stores.csv', 'store_id\n1001\n1002\n')
    const { code, stderr } = await run([
      'bulk',
      'POST',
      'brand/store/brandstores/{store_id}/close',
      '--input',
      input,
    ])
    expect(stderr).toContain('2 acknowledged, 0 failed')
    expect(code).toBe(0)
    expect(merchant.emulator.requests.map(({ path }) => path).sort()).toEqual([
      '/brand/store/brandstores/1001/close',
      '/brand/store/brandstores/1002/close',
    ])
  })

  it('verifies a notification, and not one of a merchant', async () => {
    const verify = async (event: 'PRODUCT_COUPON.USE' | 'TRANSACTION.SUCCESS'): Promise<Ran> => {
      const { headers, body } = merchant.emulator.signNotification(event)
      const args = ['--headers', merchant.file('headers.json', JSON.stringify(headers))]
      return run(['notify', 'verify', ...args, '--body', merchant.file('body', body)])
    }
    const good = await verify('PRODUCT_COUPON.USE')
    expect(JSON.parse(good.stdout)).toMatchObject({ resource: { brand_id: '120344' } })
    expect(await verify('TRANSACTION.SUCCESS')).toMatchObject({ code: 1, stdout: '' })
  })

  it('says what is for merchants, and refuses the options of both', async () => {
    const call = await run(['call', 'v3/certificates'])
    expect(call).toMatchObject({ code: 2, stderr: expect.stringContaining('Make a second client') })
    const both = await run(['call', 'brand/card-member/cards'], {
      env: { ...env, WXPAY_MCHID: '1900000109' },
    })
    expect(both).toMatchObject({ code: 2, stderr: expect.stringContaining('Make two clients') })
  })
})

describe('wxpay, for a brand', () => {
  it('prints the configuration of the emulator that has signed a notification', async () => {
    const received: unknown[] = []
    const server = createServer((request, response) => {
      received.push(request.headers['wechatpay-serial'])
      response.end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    const dir = join(merchant.folder, 'kept')
    const ran = await wxpay(['notify', 'send', 'PRODUCT_COUPON.USE', '--url', url, '--dir', dir])
    server.close()
    const { stderr, code } = ran
    expect(code).toBe(0)
    expect(stderr).toContain("export WXPAY_BRAND_ID='120344'")
    expect(stderr).toMatch(/export WXPAY_BRAND_API_KEY='\w{32}'/)
    expect(stderr).not.toContain('WXPAY_MCHID')
    expect(stderr).toContain(`WXPAY_CERTS='${String(received[0])}=`)
  })

  it('prints the configuration of an emulator that runs', async () => {
    const args = ['emulator', '--port', '0', '--dir', join(merchant.folder, 'running'), '--brand', '--json']
    const { stdout } = await wxpay(args, { interruptWhen: (text) => text.trimEnd().endsWith('}') })
    expect(Object.keys(JSON.parse(stdout)).sort()).toEqual([
      ...['baseURL', 'brandApiKey', 'brandId', 'certs', 'privateKey', 'serial'],
    ])
  })
})
