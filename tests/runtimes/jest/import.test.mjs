import * as main from 'wechatpay-fluent'
import * as bulk from 'wechatpay-fluent/bulk'
import * as crypto from 'wechatpay-fluent/crypto'
import * as emulator from 'wechatpay-fluent/emulator'
import runner from '../run-checks.cjs'

const { CHECKS, LIMIT, startRig } = runner

let rig
beforeAll(async () => {
  rig = await startRig({ main, crypto, emulator, bulk })
}, LIMIT)
beforeEach(() => rig.reset())
afterAll(() => rig?.stop())

test.each(CHECKS)('%s', async (_, check) => check(rig), LIMIT)
