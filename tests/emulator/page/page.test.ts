import { request } from 'node:http'
import { describe, expect, it } from 'vitest'
import { createEmulator } from '../../../lib/emulator/index.js'
import { sensitive } from '../../../lib/index.js'
import { startRig } from '../../e2e/client.js'
import { call } from '../client.js'

const rig = startRig({ platform: { mode: 'switching', probes: 0 } })

const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(rig.emulator.url + path, { headers })
// biome-ignore lint/suspicious/noExplicitAny: tests look into it freely
const ask = async (name: string): Promise<any> => (await get(`/_emulator/${name}`)).json()
const act = (name: string, input: object, headers: Record<string, string> = { 'X-Emulator-Page': '1' }) =>
  fetch(`${rig.emulator.url}/_emulator/${name}`, { method: 'POST', headers, body: JSON.stringify(input) })

const place = async (out_trade_no: string, notify_url = 'https://example.com/notify') => {
  const { mchid } = rig.emulator.merchant
  await rig.wxpay.v3.pay.transactions.native.post({
    json: {
      ...{ appid: 'wxd678efh567hg6787', mchid, description: 'QQ公仔', out_trade_no },
      ...{ notify_url, amount: { total: 100 } },
    },
  })
}

/** With a Host header of one's own, which fetch does not allow. */
const statusFor = (host: string): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const asked = request(`${rig.emulator.url}/_emulator/merchant`, { headers: { host } }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
    asked.on('error', reject)
    asked.end()
  })

describe('the page', () => {
  it('is at the emulator’s URL, with all its files, and loads nothing from elsewhere', async () => {
    const page = await get('/')
    const html = await page.text()
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
    const files = [...html.matchAll(/(?:src|href)="(\/[^"?]+)/g)].map(([, path = '']) => path)
    expect(files.length).toBeGreaterThan(3)
    for (const file of files) expect((await get(file)).status).toBe(200)
    const seen = new Set(['page.js'])
    for (const file of seen) {
      const script = await get(`/_emulator/${file}`)
      expect([file, script.status, script.headers.get('content-type')]).toEqual([
        ...[file, 200],
        'text/javascript; charset=utf-8',
      ])
      for (const [, name = ''] of (await script.text()).matchAll(/from '\.\/([\w-]+\.js)'/g)) seen.add(name)
    }
    expect(seen.size).toBeGreaterThan(8)
    expect(html).not.toMatch(/https?:\/\//)
  })

  it('is not in the way of the API', async () => {
    const { status, json } = await call(rig.emulator, 'GET', '/')
    expect({ status, code: json.code }).toEqual({ status: 404, code: 'RESOURCE_NOT_EXISTS' })
  })

  it('shows calls with both messages, the answer, and nothing of the signature', async () => {
    await rig.wxpay.v3.certificates.get()
    await call(rig.emulator, 'GET', '/v3/certificates?a=1', undefined, {
      sent: { url: '/v3/certificates?a=2' },
    })
    const [good, bad] = await ask('calls')
    expect(good).toMatchObject({ method: 'GET', template: 'v3/certificates', verified: true, status: 200 })
    expect(bad).toMatchObject({ verified: false, status: 401, problem: 'sign not match' })
    const detail = await ask(`call?id=${good.id}`)
    expect(detail.answer.body).toContain('encrypt_certificate')
    expect(detail.message).toMatch(/^GET\n\/v3\/certificates\n/)
    expect(JSON.stringify(detail)).not.toMatch(/signature=\\"(?!\[redacted)/)
    expect((await ask(`call?id=${bad.id}`)).diagnosis.part).toBe('unknown')
  })

  it('shows orders, pays them, and draws their QR codes', async () => {
    await place('PAGE-1')
    const [order] = await ask('orders')
    expect(order).toMatchObject({ number: 'PAGE-1', state: 'NOTPAY', amount: 100, action: 'pay' })
    const qr = await get(`/_emulator/qr?text=${encodeURIComponent(order.answer.code_url)}`)
    expect(await qr.text()).toMatch(/^<svg/)
    const paid = await act('pay', { number: 'PAGE-1' })
    expect(await paid.json()).toMatchObject({ trade_state: 'SUCCESS' })
    expect((await ask('orders'))[0]).toMatchObject({ state: 'SUCCESS' })
    const again = await act('pay', { number: 'PAGE-1' })
    expect(again.status).toBe(400)
    expect(((await again.json()) as { message: string }).message).toMatch(/only NOTPAY can be paid/)
  })

  it('sends notifications, scripts faults and ends them', async () => {
    expect(await ask('events')).toContain('TRANSACTION.SUCCESS')
    expect(await ask('sample?event_type=REFUND.SUCCESS')).toHaveProperty('out_refund_no')
    expect(await ask('sample?event_type=TRANSACTION.SUCCESS')).toMatchObject({
      ...{ out_trade_no: expect.any(String), trade_state: 'SUCCESS', amount: { total: expect.any(Number) } },
    })
    const nobody = await act('notify', {
      event_type: 'REFUND.SUCCESS',
      url: 'http://127.0.0.1:1/',
      resource: {},
    })
    expect(((await nobody.json()) as { message: string }).message).toMatch(/failed/)
    await act('fail', { path: 'v3/certificates', status: 500, times: 1 })
    await act('limit', { path: '*', rate: 5 })
    expect(await ask('faults')).toEqual({
      faults: [{ id: 'fault-1', hits: 0, path: 'v3/certificates', status: 500, times: 1 }],
      limits: [{ id: 'limit-1', hits: 0, path: '*', rate: 5 }],
    })
    expect((await act('fail', { path: '*' })).status).toBe(400)
    await act('recover', {})
    expect(await ask('faults')).toEqual({ faults: [], limits: [] })
  })

  it('names the field that breaks a schema, and how v2 says no', async () => {
    const { mchid } = rig.emulator.merchant
    await call(rig.emulator, 'POST', '/v3/pay/transactions/native', { mchid })
    await fetch(`${rig.emulator.url}/pay/orderquery`, { method: 'POST', body: '<xml><a>1</a></xml>' })
    const [schema, v2] = await ask('calls')
    expect(schema).toMatchObject({
      verified: true,
      status: 400,
      code: 'PARAM_ERROR',
      field: '/appid is required',
    })
    expect(v2).toMatchObject({ verified: false, status: 200, code: 'FAIL', problem: 'no sign' })
    const { answer } = await ask(`call?id=${schema.id}`)
    expect(JSON.parse(answer.body).detail).toMatchObject({ field: '/appid', issue: 'is required' })
  })

  it('has encrypted fields in clear', async () => {
    await rig.wxpay.v3.fundApp.mchTransfer.transferBills.post({
      json: {
        ...{ appid: 'wxd678efh567hg6787', out_bill_no: 'PAGE3', transfer_scene_id: '1000' },
        ...{ openid: 'o-MYE42l80oelYMDE34nYD456Xoy', user_name: sensitive('张三') },
        ...{ transfer_amount: 200_000, transfer_remark: '活动' },
        transfer_scene_report_infos: [{ info_type: '活动名称', info_content: '新会员' }],
      },
    })
    const [{ id }] = await ask('calls')
    expect((await ask(`call?id=${id}`)).decrypted).toEqual({ '/user_name': '张三' })
    const transfer = async () =>
      (await ask('orders')).find(({ number }: { number: string }) => number === 'PAGE3')
    expect(await transfer()).toMatchObject({ kind: 'transfer', amount: 200_000, action: 'confirm' })
    await act('confirm', { number: 'PAGE3' })
    expect(await transfer()).toMatchObject({ state: 'SUCCESS' })
    expect(await transfer()).not.toHaveProperty('action')
  })

  it('lists what the emulator sent by itself, each try of it', async () => {
    await place('PAGE-2', 'http://127.0.0.1:1/notify')
    await act('pay', { number: 'PAGE-2' })
    const [delivery] = await ask('deliveries')
    expect(delivery).toMatchObject({ event_type: 'TRANSACTION.SUCCESS', done: false })
    expect(delivery.attempts).toEqual([{ time: expect.any(Number), error: expect.any(String) }])
  })

  it('has the encrypted part of a notification of v2 in clear', async () => {
    const xml = {
      ...{
        appid: 'wx1',
        out_trade_no: 'PAGE-4',
        out_refund_no: 'PAGE-R4',
        total_fee: '100',
        refund_fee: '1',
      },
      notify_url: 'http://127.0.0.1:1/notify',
    }
    await place('PAGE-4')
    await act('pay', { number: 'PAGE-4' })
    await rig.wxpay.v2.secapi.pay.refund.post({ xml })
    await expect.poll(async () => (await ask('deliveries'))[0]?.event_type).toBe('REFUND')
    const [{ id }] = await ask('deliveries')
    const { body, resource } = await ask(`delivery?id=${id}`)
    expect(body).toContain('<req_info>')
    expect(resource).toContain('<out_refund_no><![CDATA[PAGE-R4]]></out_refund_no>')
  })

  it('has the keys as files, of each merchant', async () => {
    const { privateKey, certs } = rig.emulator.merchant
    const key = await get('/_emulator/apiclient_key.pem')
    expect(key.headers.get('content-type')).toBe('application/x-pem-file')
    expect(key.headers.get('content-disposition')).toBe('attachment')
    expect(await key.text()).toBe(privateKey)
    for (const [id, pem] of Object.entries(certs)) {
      expect(await (await get(`/_emulator/${id}.pem`)).text()).toBe(pem)
    }
    expect((await get('/_emulator/ca.pem')).status).toBe(404)
    expect((await get('/_emulator/apiclient_key.pem?mchid=1')).status).toBe(400)
  })

  it('says that a QR code cannot hold so much', async () => {
    for (const text of ['a'.repeat(5_000), '付'.repeat(1_500)]) {
      const { status } = await get(`/_emulator/qr?text=${encodeURIComponent(text)}`)
      expect(status).toBe(400)
    }
  })

  it('leaves a seeded emulator’s numbers as they are', async () => {
    const numbers = async (look: boolean) => {
      const emulator = await createEmulator({ seed: 1 })
      if (look) await fetch(`${emulator.url}/_emulator/sample?event_type=REFUND.SUCCESS`)
      const { headers } = await call(emulator, 'GET', '/v3/none')
      await emulator.close()
      return headers.get('request-id')
    }
    expect(await numbers(true)).toBe(await numbers(false))
  })

  it('streams calls as they come', async () => {
    const { body } = await get('/_emulator/stream')
    const reader = body?.pipeThrough(new TextDecoderStream()).getReader()
    await rig.wxpay.v3.certificates.get()
    let text = ''
    while (!text.includes('"status":200')) text += (await reader?.read())?.value ?? ''
    await reader?.cancel()
    expect(text).toContain('v3/certificates')
  })

  it('is for this machine alone: no other site posts to it, no other name leads to it', async () => {
    expect((await act('recover', {}, {})).status).toBe(403)
    expect(await statusFor('localhost')).toBe(200)
    expect(await statusFor('evil.example')).toBe(403)
    expect(await statusFor('127.0.0.1.evil.example')).toBe(403)
    const preflight = await fetch(`${rig.emulator.url}/_emulator/recover`, {
      method: 'OPTIONS',
      headers: { 'Access-Control-Request-Headers': 'x-emulator-page' },
    })
    expect(preflight.headers.get('access-control-allow-headers')).toBeNull()
  })
})
