'use strict'
const assert = require('node:assert/strict')
const { inspect } = require('node:util')

const IMPORT = 'v3/marketing/membercard-open/cards/{card_id}/users/import'

const request = (rig) => ({
  card_id: 'pbLatjvWOibDc5-TBnbUk1pD12o0',
  json: { openid: 'o', code: '478515832665', out_request_no: rig.next('import-') },
})

async function arrivesAs(rig, call) {
  const { data, status } = await call(request(rig))
  assert.deepEqual([status, data.code], [200, '478515832665'])
  const [arrived] = rig.emulator.requests
  assert.equal(rig.emulator.requests.length, 1)
  assert.deepEqual([arrived.method, arrived.verified], ['POST', true])
  assert.equal(arrived.path, `/${IMPORT.replace('{card_id}', 'pbLatjvWOibDc5-TBnbUk1pD12o0')}`)
}

exports.checks = {
  'a chain of properties': (rig) =>
    arrivesAs(rig, rig.wxpay.v3.marketing.membercardOpen.cards._card_id_.users.import.post),
  'chain()': (rig) => arrivesAs(rig, rig.wxpay.chain(IMPORT).post),
  'a bracket string': (rig) => arrivesAs(rig, rig.wxpay[IMPORT].post),
  'a twin of a verb, and a node called without one': async (rig) => {
    await arrivesAs(rig, rig.wxpay[IMPORT].postAsync)
    rig.reset()
    await arrivesAs(rig, rig.wxpay[IMPORT])
  },
  'query and placeholders arrive as signed': async (rig) => {
    const call = rig.wxpay.chain('v3/not-documented/{id}').get({ id: 'a/b 中', query: { q: ['1', 'ü&'] } })
    await assert.rejects(call, (error) => error.status === 404 && error.verified)
    const [arrived] = rig.emulator.requests
    assert.deepEqual([arrived.verified, arrived.path], [true, '/v3/not-documented/a%2Fb%20%E4%B8%AD'])
    assert.deepEqual(arrived.query, { q: ['1', 'ü&'] })
  },
  'a chain sends nothing when awaited, printed, copied or compared': async (rig) => {
    const node = rig.wxpay.v3.pay
    assert.equal(typeof (await node), 'function')
    assert.equal(typeof (await Promise.resolve(node)), 'function')
    assert.equal(typeof (await (async () => node)()), 'function')
    assert.equal(`${node}`, 'Wechatpay <v3/pay>')
    assert.match(inspect(node), /v3\/pay/)
    assert.match(inspect({ deep: [node] }, { depth: Number.POSITIVE_INFINITY }), /v3\/pay/)
    assert.equal(JSON.stringify({ node }), '{"node":"Wechatpay <v3/pay>"}')
    assert.deepEqual({ ...node }, {})
    assert.notEqual(node.toString(), undefined)
    assert.equal(Object.isFrozen(node), true)
    assert.deepEqual(rig.emulator.requests, [])
  },
  'nothing that is printed holds a secret': async (rig) => {
    const { privateKey, apiv3Key, secret } = rig.emulator.merchant
    const line = privateKey.split('\n')[1]
    const error = await rig.wxpay.v3.certificates.get({ query: { a: 'b' } }).then(
      ({ config }) => config,
      (reason) => reason,
    )
    for (const value of [rig.wxpay, rig.wxpay.client, rig.wxpay.v3, error]) {
      const text = inspect(value, { depth: 8, showHidden: true })
      for (const hidden of [line, apiv3Key, secret]) assert.ok(!text.includes(hidden), 'a secret is shown')
      assert.ok(!/signature="[^"]{300,}"/.test(text), 'a signature is shown')
    }
  },
  '50 calls at once': async (rig) => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => rig.wxpay[IMPORT].post(request(rig))))
    assert.ok(answers.every(({ data }) => data.code === '478515832665'))
    assert.ok(rig.emulator.requests.every(({ verified }) => verified))
  },
  'an interceptor of the user changes what is signed': async (rig) => {
    const wxpay = rig.client()
    wxpay.client.v3.interceptors.request.use((config) => {
      config.headers.set('X-Trace', 't-1')
      return config
    })
    await wxpay[IMPORT].post(request(rig))
    assert.deepEqual(
      rig.emulator.requests.map(({ verified, headers }) => [verified, headers['x-trace']]),
      [[true, 't-1']],
    )
  },
}
