import * as main from 'wechatpay-fluent'
import * as crypto from 'wechatpay-fluent/crypto'
import { runShop } from './shop.cjs'

void runShop(main, crypto)
