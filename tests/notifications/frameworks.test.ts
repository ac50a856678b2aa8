import { createServer, type Server } from 'node:http'
import { text } from 'node:stream/consumers'
import { createAdaptorServer } from '@hono/node-server'
import Koa from 'koa'
import { describe, expect, it } from 'vitest'
import * as egg from '../../examples/notifications-egg.js'
import * as express from '../../examples/notifications-express.js'
import * as fastify from '../../examples/notifications-fastify.js'
import * as hono from '../../examples/notifications-hono.js'
import * as koa from '../../examples/notifications-koa.js'
import * as nest from '../../examples/notifications-nest.js'
import * as next from '../../examples/notifications-next.js'
import * as node from '../../examples/notifications-node.js'
import * as serverless from '../../examples/notifications-serverless.js'
import * as workers from '../../examples/notifications-workers.js'
import type { Wechatpay } from '../../lib/index.js'
import { post, refused, SUCCESS, startReceivers } from './rig.js'

const rig = startReceivers()

type Ship = (order?: string) => Promise<void>

/** A server with the example of each framework. */
const shops: Readonly<Record<string, (wxpay: Wechatpay, ship: Ship) => Promise<Server>>> = {
  'node:http': async (...shop) => node.createShop(...shop),
  'Express 5': async (...shop) => createServer(express.createShop(...shop)),
  Koa: async (...shop) => createServer(koa.createShop(...shop).callback()),
  Fastify: async (...shop) => {
    const app = fastify.createShop(...shop)
    await app.ready()
    return app.server
  },
  NestJS: async (...shop) => {
    const app = await nest.createShop(...shop)
    await app.init()
    return app.getHttpServer() as Server
  },
  Hono: async (...shop) => createAdaptorServer({ fetch: hono.createShop(...shop).fetch }) as Server,
  'Next, by its route handler': async (...shop) =>
    createAdaptorServer({ fetch: next.createRoute(...shop).POST }) as Server,
  "Cloudflare's Workers": async (_, ship) => {
    const worker = workers.createWorker(ship)
    const { certs = {}, apiv3Key } = rig.emulator.merchant
    const env = { WXPAY_CERTS: JSON.stringify(certs), WXPAY_APIV3_KEY: apiv3Key as string }
    return createAdaptorServer({ fetch: (request) => worker.fetch(request, env) }) as Server
  },
  'Egg and Midway': async (...shop) => {
    const action = egg.createAction(...shop)
    const app = new Koa()
    // What their body parser does before a controller runs.
    app.use(async (ctx, next) => {
      Object.assign(ctx.request, { rawBody: await text(ctx.req) })
      await next()
    })
    app.use((ctx) => action(ctx as unknown as egg.Context))
    return createServer(app.callback())
  },
  'a serverless function': async (...shop) => {
    const handler = serverless.createFunction(...shop)
    return createServer(async (request, response) => {
      const headers = request.headers as Record<string, string>
      const body = Buffer.from(await text(request)).toString('base64')
      const result = await handler({ path: request.url ?? '/', headers, body, isBase64Encoded: true })
      response.writeHead(result.statusCode, result.headers).end(result.body)
    })
  },
}

describe.each(Object.entries(shops))('the example for %s', (name, createShop) => {
  it('ships what is paid, once, and answers as WeChat Pay wants', async () => {
    const shipped: (string | undefined)[] = []
    let broken = false
    const server = await createShop(rig.wxpay, async (order) => {
      if (broken) throw new Error('inner text')
      shipped.push(order)
    })
    const url = `${await rig.listen(server)}/paid`
    const notification = rig.paid(`order for ${name}`)
    expect(await post(url, notification)).toEqual(SUCCESS)
    expect(await post(url, notification)).toEqual(SUCCESS)
    expect(
      await rig.emulator.notify('TRANSACTION.SUCCESS', { url, resource: { out_trade_no: '2' } }),
    ).toEqual(SUCCESS)
    expect(shipped).toEqual([`order for ${name}`, '2'])
    const forged = { ...notification, body: notification.body.replace('encrypt', 'encrypd') }
    expect(await post(url, forged)).toEqual(refused(401))
    broken = true
    expect(await post(url, rig.paid('3'))).toEqual(refused(500))
    expect(shipped).toHaveLength(2)
  })
})
