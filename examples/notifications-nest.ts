/** Notifications with NestJS. `rawBody` keeps the bytes beside the parsed body. */
import 'reflect-metadata'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Controller, type INestApplication, Module, Post, Req, Res } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import type { NodeReceiver, Wechatpay } from '../lib/index.js'

export function createShop(
  wxpay: Wechatpay,
  ship: (order?: string) => Promise<void>,
): Promise<INestApplication> {
  @Controller('paid')
  class PaidController {
    private readonly receive: NodeReceiver = wxpay.notifications.node({
      'TRANSACTION.SUCCESS': ({ resource }) => ship(resource.out_trade_no),
    })

    @Post()
    paid(@Req() req: IncomingMessage, @Res() res: ServerResponse): Promise<void> {
      return this.receive(req, res)
    }
  }

  @Module({ controllers: [PaidController] })
  class ShopModule {}

  return NestFactory.create(ShopModule, { rawBody: true, logger: false })
}
