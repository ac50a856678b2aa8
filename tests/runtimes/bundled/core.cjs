'use strict'
const { runShop } = require('./shop.cjs')

runShop(require('wechatpay-fluent'), require('wechatpay-fluent/crypto'))
