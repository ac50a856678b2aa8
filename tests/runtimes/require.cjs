'use strict'
const { runChecks } = require('./run-checks.cjs')

runChecks({
  main: require('wechatpay-fluent'),
  crypto: require('wechatpay-fluent/crypto'),
  emulator: require('wechatpay-fluent/emulator'),
  bulk: require('wechatpay-fluent/bulk'),
}).catch((error) => {
  console.error(error)
  process.exitCode = 1
})
