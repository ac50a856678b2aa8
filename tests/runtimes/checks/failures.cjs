'use strict'
const assert = require('node:assert/strict')
const { createServer } = require('node:net')
const { orderOf, rejection } = require('../rig.cjs')

const path = 'v3/certificates'

/** A gateway that accepts and says nothing, or hangs up. */
async function mute(onConnection = () => {}) {
  const sockets = new Set()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    onConnection(socket)
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const stop = () => {
    for (const socket of sockets) socket.destroy()
    return new Promise((resolve) => server.close(resolve))
  }
  return { baseURL: `http://127.0.0.1:${server.address().port}`, stop }
}

exports.checks = {
  'the API says no: ApiError, verified': async (rig) => {
    const order = orderOf(rig, rig.next('wrong-'))
    const json = { ...order, amount: { total: 'many' } }
    const error = await rejection(rig.wxpay.v3.pay.transactions.native.post({ json }))
    assert.ok(error instanceof rig.ApiError && error instanceof rig.WechatpayError && error instanceof Error)
    assert.deepEqual([error.name, error.status, error.code], ['ApiError', 400, 'PARAM_ERROR'])
    assert.deepEqual([error.verified, error.method, error.path], [true, 'POST', 'v3/pay/transactions/native'])
    assert.equal(error.response.data.code, 'PARAM_ERROR')
    assert.ok(error.requestId)
  },
  'a wrong request: RequestError, nothing sent': async (rig) => {
    const error = await rejection(rig.wxpay.v3.pay.transactions.native.post({ jason: {} }))
    assert.ok(error instanceof rig.RequestError)
    assert.match(error.message, /did you mean 'json'/)
    assert.deepEqual(rig.emulator.requests, [])
  },
  'a server error is tried again': async (rig) => {
    rig.emulator.fail({ path, status: 500, code: 'SYSTEM_ERROR', times: 1 })
    assert.equal((await rig.wxpay.v3.certificates.get()).status, 200)
    assert.equal(rig.emulator.requests.length, 2)
  },
  'a dropped connection is tried again': async (rig) => {
    rig.emulator.fail({ path, fault: 'drop', times: 1 })
    assert.equal((await rig.wxpay.v3.certificates.get()).status, 200)
    assert.equal(rig.emulator.requests.length, 2)
  },
  'a redirect is not followed': async (rig) => {
    rig.emulator.fail({ path, status: 302, headers: { Location: `${rig.emulator.url}/v3/elsewhere` } })
    const error = await rejection(rig.wxpay.v3.certificates.get({ retry: false }))
    assert.ok(error instanceof rig.WechatpayError, `${error}`)
    assert.equal(rig.emulator.requests.length, 1)
  },
  'no answer in time: TIMEOUT': async (rig) => {
    const { baseURL, stop } = await mute()
    try {
      const error = await rejection(rig.wxpay.v3.certificates.get({ baseURL, timeout: 200, retry: false }))
      assert.ok(error instanceof rig.NetworkError)
      assert.equal(error.code, 'TIMEOUT')
    } finally {
      await stop()
    }
  },
  'half an answer in time: TIMEOUT': async (rig) => {
    const head = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{'
    const { baseURL, stop } = await mute((socket) => socket.once('data', () => socket.write(head)))
    try {
      const error = await rejection(rig.wxpay.v3.certificates.get({ baseURL, timeout: 400, retry: false }))
      assert.deepEqual([error.name, error.code], ['NetworkError', 'TIMEOUT'])
    } finally {
      await stop()
    }
  },
  'aborted before and during a call: ABORTED': async (rig) => {
    const { baseURL, stop } = await mute((socket) => socket.once('data', () => controller.abort()))
    const controller = new AbortController()
    try {
      const during = await rejection(rig.wxpay.v3.certificates.get({ baseURL, signal: controller.signal }))
      const before = await rejection(rig.wxpay.v3.certificates.get({ signal: AbortSignal.abort() }))
      for (const error of [during, before]) {
        assert.deepEqual([error.name, error.code], ['NetworkError', 'ABORTED'])
      }
      assert.deepEqual(rig.emulator.requests, [])
    } finally {
      await stop()
    }
  },
  'nobody there: CONNECTION_FAILED': async (rig) => {
    const { baseURL, stop } = await mute()
    await stop()
    const error = await rejection(rig.wxpay.v3.certificates.get({ baseURL, retry: false }))
    assert.deepEqual([error.name, error.code, error.retryable], ['NetworkError', 'CONNECTION_FAILED', true])
  },
  'a second access point takes over': async (rig) => {
    const { baseURL: closed, stop } = await mute()
    await stop()
    const wxpay = rig.client({ baseURL: undefined, failover: [rig.emulator.url] })
    wxpay.client.v3.interceptors.request.use((config) => {
      // What would go to the real gateway goes to a closed port of this machine.
      if (!config.baseURL?.startsWith(rig.emulator.url)) config.baseURL = closed
      return config
    })
    assert.equal((await wxpay.v3.certificates.get()).status, 200)
    assert.equal(rig.emulator.requests.length, 1)
  },
  'the adapter over node:http does the same': async (rig) => {
    const wxpay = rig.client({ adapter: 'http' })
    assert.equal((await wxpay.v3.certificates.get()).status, 200)
    rig.emulator.fail({ path, fault: 'forged-signature' })
    const error = await rejection(wxpay.v3.certificates.get({ retry: false }))
    assert.ok(error instanceof rig.VerificationError)
  },
}
