'use strict'
const assert = require('node:assert/strict')
const { createServer } = require('node:http')
const { orderOf, rejection } = require('../rig.cjs')

/** Serves by node:http. */
async function serveNode(listener) {
  const server = createServer(listener)
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${server.address().port}/paid`,
    stop: () =>
      new Promise((resolve) => {
        server.close(resolve)
        server.closeAllConnections()
      }),
  }
}

/** Serves by what the runtime itself has for it; `undefined` where it has nothing. */
function serveFetch(handler) {
  if (globalThis.Bun) {
    const server = globalThis.Bun.serve({
      port: 0,
      hostname: '127.0.0.1',
      fetch: (request) => handler(request),
    })
    return { url: `http://127.0.0.1:${server.port}/paid`, stop: () => server.stop(true) }
  }
  if (globalThis.Deno) {
    const options = { port: 0, hostname: '127.0.0.1', onListen: () => {} }
    const server = globalThis.Deno.serve(options, (request) => handler(request))
    return { url: `http://127.0.0.1:${server.addr.port}/paid`, stop: () => server.shutdown() }
  }
  return undefined
}

const isSuccess = ({ status }) => status === 200 || status === 204

exports.checks = {
  'an order that is paid is told to a node:http server, once': async (rig) => {
    const shipped = []
    const receive = rig.wxpay.notifications.node({
      'TRANSACTION.SUCCESS': ({ resource }) => void shipped.push(resource.out_trade_no),
    })
    const server = await serveNode(receive)
    try {
      const out_trade_no = rig.next('paid-')
      await rig.wxpay.v3.pay.transactions.native.post({ json: orderOf(rig, out_trade_no, server.url) })
      const { notified } = await rig.emulator.pay(out_trade_no)
      assert.ok(isSuccess(notified), `${notified.status} ${notified.body}`)
      const sent = rig.emulator.signNotification('REFUND.SUCCESS', { out_refund_no: 'r' })
      const forged = { method: 'POST', headers: sent.headers, body: `${sent.body} ` }
      assert.equal((await fetch(server.url, forged)).status, 401)
      assert.deepEqual(shipped, [out_trade_no])
    } finally {
      await server.stop()
    }
  },
  'a handler that throws is answered with 500': async (rig) => {
    const server = await serveNode(
      rig.wxpay.notifications.node(() => {
        throw new Error('no stock')
      }),
    )
    try {
      const receipt = await rig.emulator.notify('REFUND.SUCCESS', { url: server.url })
      assert.equal(receipt.status, 500)
      assert.ok(!receipt.body.includes('no stock'))
    } finally {
      await server.stop()
    }
  },
  'a Request is received, and its forgery refused': async (rig) => {
    const events = []
    const receive = rig.wxpay.notifications.fetch((event) => void events.push(event.event_type))
    const { headers, body } = rig.emulator.signNotification('TRANSACTION.SUCCESS', { out_trade_no: 'n' })
    const send = (text) =>
      receive(new Request('http://shop.example/paid', { method: 'POST', headers, body: text }))
    assert.ok(isSuccess(await send(body)))
    assert.equal((await send(`${body} `)).status, 401)
    assert.deepEqual(events, ['TRANSACTION.SUCCESS'])
  },
  'the server of the runtime itself receives one': async (rig) => {
    const events = []
    const receive = rig.wxpay.notifications.fetch((event) => void events.push(event.event_type))
    const server =
      serveFetch(receive) ??
      (await serveNode(rig.wxpay.notifications.node((event) => void events.push(event.event_type))))
    try {
      const receipt = await rig.emulator.notify('TRANSACTION.SUCCESS', { url: server.url })
      assert.ok(isSuccess(receipt), `${receipt.status} ${receipt.body}`)
      assert.deepEqual(events, ['TRANSACTION.SUCCESS'])
    } finally {
      await server.stop()
    }
  },
  'parse() tells genuine from forged, v3 and v2': async (rig) => {
    const { notifications } = rig.wxpay
    const sent = rig.emulator.signNotification('REFUND.SUCCESS', { out_refund_no: 'r-1' })
    const event = await notifications.parse(sent)
    assert.equal(event.resource.out_refund_no, 'r-1')
    const old = rig.emulator.signNotification('TRANSACTION.SUCCESS', { out_trade_no: 'n-1' }, { api: 'v2' })
    assert.equal((await notifications.parse(old)).resource.out_trade_no, 'n-1')
    const forged = { headers: sent.headers, body: `${sent.body} ` }
    assert.ok((await rejection(notifications.parse(forged))) instanceof rig.VerificationError)
  },
  'what a front end needs is signed': (rig) => {
    const signed = rig.wxpay.paySign.jsapi({ appId: 'wxd678efh567hg6787', prepayId: 'wx1' })
    const message = `${signed.appId}\n${signed.timeStamp}\n${signed.nonceStr}\n${signed.package}\n`
    const key = rig.crypto.loadPublicKey(
      require('node:crypto').createPublicKey(rig.emulator.merchant.privateKey),
    )
    assert.equal(rig.crypto.verify(message, signed.paySign, key), true)
  },
}
