import { createServer, type IncomingMessage, type Server } from 'node:http'
import { createAdaptorServer } from '@hono/node-server'
import { Controller, Module, Post, Req, Res } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import express from 'express'
import Fastify from 'fastify'
import { Hono } from 'hono'
import Koa from 'koa'
import { describe, expect, it } from 'vitest'
import { RequestError, type Wechatpay } from '../../lib/index.js'
import { post, refused, SUCCESS, startReceivers } from './rig.js'

const rig = startReceivers()
const nothing = (): void => undefined

async function drain(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text
}

function nestApp(wxpay: Wechatpay, rawBody: boolean) {
  @Controller()
  class Notifications {
    private readonly receive = wxpay.notifications.node(nothing)

    @Post()
    notify(@Req() req: never, @Res() res: never): Promise<void> {
      return this.receive(req, res)
    }
  }
  @Module({ controllers: [Notifications] })
  class AppModule {}
  return NestFactory.create(AppModule, { rawBody, logger: false })
}

const parsed: Readonly<Record<string, (wxpay: Wechatpay) => Promise<Server>>> = {
  'Express: put express.raw': async (wxpay) =>
    createServer(express().use(express.json()).post('/', wxpay.notifications.node(nothing))),
  'Nest: NestFactory.create(AppModule, { rawBody: true })': async (wxpay) => {
    const app = await nestApp(wxpay, false)
    await app.init()
    return app.getHttpServer() as Server
  },
  'Fastify: addContentTypeParser': async (wxpay) => {
    const app = Fastify()
    app.post('/', wxpay.notifications.node(nothing))
    await app.ready()
    return app.server
  },
  'Koa: mount the route in front of the body parser': async (wxpay) => {
    const receive = wxpay.notifications.node(nothing)
    const app = new Koa()
    app.use(async (ctx) => {
      Object.assign(ctx.request, { body: JSON.parse(await drain(ctx.req)) })
      ctx.respond = false
      await receive(ctx.req, ctx.res)
    })
    return createServer(app.callback())
  },
  'Hono: context.req.raw': async (wxpay) => {
    const receive = wxpay.notifications.fetch(nothing)
    const app = new Hono().post('/', async (context) => {
      await context.req.json()
      return receive(context.req.raw)
    })
    return createAdaptorServer({ fetch: app.fetch }) as Server
  },
}

describe('a body that a framework parsed', () => {
  it.each(Object.entries(parsed))('is 500, and the error says: %s', async (fix, create) => {
    const url = await rig.listen(await create(rig.wxpay))
    expect(await post(url, rig.paid('x'))).toEqual(refused(500))
    expect(rig.receipts).toMatchObject([{ type: 'failed', status: 500, error: expect.any(RequestError) }])
    expect(String(rig.receipts[0]?.error)).toContain(fix)
  })

  it('is nothing to worry about where the bytes were kept', async () => {
    const keep = express.json({
      verify: (req, _res, bytes) => {
        Object.assign(req, { rawBody: bytes })
      },
    })
    const kept = [
      express().use(keep).post('/', rig.wxpay.notifications.node(nothing)),
      express()
        .use(express.raw({ type: '*/*' }))
        .post('/', rig.wxpay.notifications.node(nothing)),
      express()
        .use(express.text({ type: '*/*' }))
        .post('/', rig.wxpay.notifications.node(nothing)),
    ]
    for (const app of kept) {
      const url = await rig.listen(createServer(app))
      expect(await post(url, rig.paid('中文'))).toEqual(SUCCESS)
    }
  })

  it('is held to the limit where the bytes were kept', async () => {
    const app = express().use(express.raw({ type: '*/*' }))
    const url = await rig.listen(
      createServer(app.post('/', rig.wxpay.notifications.node(nothing, { limit: 9 }))),
    )
    expect(await post(url, rig.paid('x'))).toEqual(refused(413))
  })
})
