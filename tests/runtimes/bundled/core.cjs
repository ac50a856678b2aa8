'use strict'
const { runShop } = require('./shop.cjs')

void runShop(require('wechatpay-fluent'), require('wechatpay-fluent/crypto'))
