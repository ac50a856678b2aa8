import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeEach } from 'vitest'
import type { SignedNotification } from '../../lib/emulator/index.js'
import {
  NOTIFICATION_CHANNEL,
  type NotificationHandlers,
  type NotificationReceipt,
  type ReceiverOptions,
  type Wechatpay,
} from '../../lib/index.js'
import { type Rig, startRig } from '../e2e/client.js'
import { openAesGcm } from '../emulator/client.js'

export interface Receivers extends Rig {
  /** Serves on a port of its own until the tests are over; gives its URL. */
  readonly listen: (server: Server) => Promise<string>
  /** A server that receives with these handlers. */
  readonly serve: (handlers: NotificationHandlers, options?: ReceiverOptions) => Promise<string>
  /** The same for the brand. */
  readonly serveBrand: Receivers['serve']
  /** A genuine payment. */
  readonly paid: (order: string) => SignedNotification
  /** What is encrypted in a notification of APIv3, decrypted without the client. */
  readonly payloadOf: (notification: SignedNotification) => Readonly<Record<string, unknown>>
  /** What was published since the test began. */
  readonly receipts: readonly NotificationReceipt[]
}

export function startReceivers(): Receivers {
  const rig = startRig({ platform: { mode: 'switching', share: 1, probes: 0 } })
  const servers: Server[] = []
  const receipts: NotificationReceipt[] = []
  const note = (message: unknown): void => void receipts.push(message as NotificationReceipt)
  beforeEach(() => {
    receipts.length = 0
    subscribe(NOTIFICATION_CHANNEL, note)
  })
  afterEach(() => {
    unsubscribe(NOTIFICATION_CHANNEL, note)
  })
  afterAll(() => {
    for (const server of servers) {
      server.close()
      server.closeAllConnections()
    }
  })
  const listen = async (server: Server): Promise<string> => {
    servers.push(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }
  const serve = (wxpay: Wechatpay, ...given: Parameters<Receivers['serve']>): Promise<string> => {
    const receive = wxpay.notifications.node(...given)
    return listen(createServer((req, res) => void receive(req, res)))
  }
  return {
    listen,
    serve: (handlers, options) => serve(rig.wxpay, handlers, options),
    serveBrand: (handlers, options) => serve(rig.brand(), handlers, options),
    paid: (order) => rig.emulator.signNotification('TRANSACTION.SUCCESS', { out_trade_no: order }),
    payloadOf: ({ body }) =>
      JSON.parse(openAesGcm(JSON.parse(body).resource, rig.emulator.merchant.apiv3Key)),
    receipts,
    client: rig.client,
    brand: rig.brand,
    clientFor: rig.clientFor,
    get emulator() {
      return rig.emulator
    },
    get wxpay() {
      return rig.wxpay
    },
  }
}

export interface Answer {
  readonly status: number
  readonly body: string
}

/** Sends a notification as WeChat Pay would. */
export async function post(url: string, { headers, body }: SignedNotification): Promise<Answer> {
  const response = await fetch(url, { method: 'POST', headers, body })
  return { status: response.status, body: await response.text() }
}

export const SUCCESS = { status: 200, body: '{"code":"SUCCESS"}' }
export const refused = (status: number): Answer => ({ status, body: '{"code":"FAIL"}' })
