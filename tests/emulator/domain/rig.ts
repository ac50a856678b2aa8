import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import type { Emulator } from '../../../lib/emulator/index.js'
import { ApiError, type Wechatpay } from '../../../lib/index.js'
import { startRig } from '../../e2e/client.js'
import { answerFindings, notificationFindings } from './conformity.js'

export interface Event {
  readonly event_type: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it freely
  readonly resource: any
}

export interface FlowRig {
  readonly emulator: Emulator
  readonly wxpay: Wechatpay
  /** Where the receiver listens. */
  readonly notify_url: string
  /** What the receiver heard, parsed and verified by the client, since the test began. */
  readonly events: Event[]
  /** The first event of a type, once it is there. */
  readonly arrival: (event_type: string) => Promise<Event>
  /** A number that was not used before. */
  readonly next: () => string
  /** An order of 10 yuan that was paid. */
  readonly paidOrder: (more?: object) => Promise<{ out_trade_no: string; transaction_id: string }>
}

export const WHO = { appid: 'wxd678efh567hg6787' }

/** The API's refusal that a promise ends with. */
export async function failure(promise: Promise<unknown>): Promise<ApiError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(ApiError)
  return error as ApiError
}

/**
 * A gateway, a client and a receiver of notifications. After each test every answer and every notification is held
 * against the catalogue.
 */
export function startFlowRig(): FlowRig {
  const rig = startRig({ retryScale: 0.001 })
  const events: Event[] = []
  let receiver: Server
  let numbers = 0

  beforeAll(async () => {
    receiver = createServer((request, response) => {
      const handle = rig.wxpay.notifications.node((event) => void events.push(event as unknown as Event))
      void handle(request, response)
    })
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  })
  beforeEach(() => {
    events.length = 0
  })
  afterEach(async () => {
    const answers = await Promise.all(rig.emulator.requests.map(answerFindings))
    const told = events.flatMap(({ event_type, resource }) => notificationFindings(event_type, resource))
    expect([...new Set([...answers.flat(), ...told])]).toEqual([])
  })
  afterAll(() => {
    receiver.closeAllConnections()
    receiver.close()
  })

  const next = (): string => `FLOW${Date.now()}${numbers++}`
  const notifyUrl = (): string => `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/notify`
  return {
    get emulator() {
      return rig.emulator
    },
    get wxpay() {
      return rig.wxpay
    },
    get notify_url() {
      return notifyUrl()
    },
    events,
    next,
    async arrival(event_type) {
      const found = (): Event | undefined => events.find((event) => event.event_type === event_type)
      await expect.poll(found).toBeDefined()
      return found() as Event
    },
    async paidOrder(more = {}) {
      const out_trade_no = next()
      const { mchid } = rig.emulator.merchant
      await rig.wxpay.v3.pay.transactions.native.post({
        json: {
          ...{ ...WHO, mchid, description: 'QQ公仔', out_trade_no, notify_url: notifyUrl() },
          ...{ amount: { total: 1_000 }, ...more },
        },
      })
      const { transaction_id } = await rig.emulator.pay(out_trade_no)
      return { out_trade_no, transaction_id }
    },
  }
}
