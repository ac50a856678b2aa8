'use strict'
const { CHECKS, LIMIT, startRig } = require('../run-checks.cjs')

let rig
beforeAll(async () => {
  rig = await startRig({
    main: require('wechatpay-fluent'),
    crypto: require('wechatpay-fluent/crypto'),
    emulator: require('wechatpay-fluent/emulator'),
    bulk: require('wechatpay-fluent/bulk'),
  })
}, LIMIT)
beforeEach(() => rig.reset())
afterAll(() => rig?.stop())

test.each(CHECKS)('%s', async (_, check) => check(rig), LIMIT)

test('a chain sends nothing when Jest compares and prints it', () => {
  expect(rig.wxpay.v3.pay).toEqual(rig.wxpay.v3.pay)
  expect(() => expect(rig.wxpay.v3.pay).toEqual({ a: 1 })).toThrow()
  expect(rig.emulator.requests).toEqual([])
})
