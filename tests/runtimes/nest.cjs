'use strict'
/** A shop in NestJS as a CommonJS program, with what its decorators do written out: no compiler is needed. */
require('reflect-metadata')
const assert = require('node:assert/strict')
const { Controller, Inject, Module, Post, Req, Res } = require('@nestjs/common')
const { NestFactory } = require('@nestjs/core')
const { Wechatpay } = require('wechatpay-fluent')
const { createEmulator } = require('wechatpay-fluent/emulator')
const { orderOf } = require('./rig.cjs')

const shipped = []

class PaidController {
  constructor(wxpay) {
    this.receive = wxpay.notifications.node({
      'TRANSACTION.SUCCESS': ({ resource }) => void shipped.push(resource.out_trade_no),
    })
  }

  paid(request, response) {
    return this.receive(request, response)
  }
}
Controller('paid')(PaidController)
Inject(Wechatpay)(PaidController, undefined, 0)
Post()(PaidController.prototype, 'paid', Object.getOwnPropertyDescriptor(PaidController.prototype, 'paid'))
Req()(PaidController.prototype, 'paid', 0)
Res()(PaidController.prototype, 'paid', 1)

class ShopModule {}

async function main() {
  const emulator = await createEmulator()
  const wxpay = new Wechatpay(emulator.merchant)
  Module({
    controllers: [PaidController],
    // Both ways of giving Nest something that it did not make itself.
    providers: [
      { provide: Wechatpay, useFactory: async () => wxpay },
      { provide: 'wxpay', useValue: wxpay },
    ],
  })(ShopModule)
  const app = await NestFactory.create(ShopModule, { rawBody: true, logger: false, abortOnError: false })
  await app.listen(0, '127.0.0.1')
  assert.equal(app.get(Wechatpay), wxpay)
  assert.deepEqual(emulator.requests, [], 'Nest must not make the client send anything by starting')

  const json = orderOf({ emulator }, 'nest-1', `http://127.0.0.1:${app.getHttpServer().address().port}/paid`)
  await wxpay.v3.pay.transactions.native.post({ json })
  const { notified } = await emulator.pay('nest-1')
  assert.ok(notified.status < 300, `${notified.status} ${notified.body}`)
  assert.deepEqual(shipped, ['nest-1'])
  const before = emulator.requests.length
  await app.close()
  assert.equal(emulator.requests.length, before, 'nor by ending')
  wxpay.close()
  await emulator.close()
}

main().catch((error) => {
  console.error(error)
  process.exit(1)
})
