'use strict'
const assert = require('node:assert/strict')

/** Who calls what it finds under these names. */
const PROBES = {
  NestJS: [
    'onModuleInit',
    'onApplicationBootstrap',
    'onModuleDestroy',
    'beforeApplicationShutdown',
    'onApplicationShutdown',
  ],
  'a test runner': ['asymmetricMatch', 'hasAttribute', 'toJSON', 'then'],
}

const probed = (names) => async (rig) => {
  for (const value of [
    rig.wxpay,
    rig.wxpay.v3,
    rig.wxpay.v3.pay,
    rig.wxpay.v3.pay.transactions.native.post,
  ]) {
    for (const name of names) {
      if (typeof value[name] === 'function') await value[name]('is')
    }
  }
  assert.equal(rig.emulator.requests.length, 0)
}

exports.checks = {
  ...Object.fromEntries(
    Object.entries(PROBES).map(([who, names]) => [`${who} finds nothing to call in a chain`, probed(names)]),
  ),
  'the console of the runtime prints a chain and sends nothing': async (rig) => {
    const print = globalThis.Bun?.inspect ?? globalThis.Deno?.inspect ?? require('node:util').inspect
    assert.match(print(rig.wxpay), /Wechatpay/)
    for (const value of [rig.wxpay.v3.pay, { deep: [rig.wxpay.v3.pay] }]) {
      assert.match(print(value), /Wechatpay <v3\/pay>/)
    }
    await new Promise((resolve) => setTimeout(resolve, 20))
    assert.equal(rig.emulator.requests.length, 0)
  },
}
