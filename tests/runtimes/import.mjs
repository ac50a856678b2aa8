import * as main from 'wechatpay-fluent'
import * as bulk from 'wechatpay-fluent/bulk'
import * as crypto from 'wechatpay-fluent/crypto'
import * as emulator from 'wechatpay-fluent/emulator'
import runner from './run-checks.cjs'

await runner.runChecks({ main, crypto, emulator, bulk })
