import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import type { Emulator, EmulatorOptions } from '../../../lib/emulator/index.js'
import { type Answer, authorizationOf, publicKeyId } from '../client.js'
import { type ClockedRig, startClockedRig } from '../domain/clocked.js'

/** A documented rule: its page, the rule, a request that keeps or breaks it, and what is documented to come of it. */
export type Rule = readonly [page: string, rule: string, ask: () => Promise<object>, outcome: object]

/** Tests rules one by one. What a request comes to may say more than the page does. */
export function hold(rules: readonly Rule[]): void {
  for (const [page, rule, ask, outcome] of rules) {
    test(`${rule} (${page})`, async () => {
      expect(page).toMatch(/^https:\/\/pay\.weixin\.qq\.com\/(docs?|wiki)\//)
      expect(await ask()).toMatchObject(outcome)
    })
  }
}

/** The refusal of a field: of the body by JSON pointer, of a query by name. */
export const wrong = (field: string): object => ({
  status: 400,
  json: { code: 'PARAM_ERROR', detail: { field } },
})

export const refused = (status: number, code: string, message?: string): object => ({
  status,
  json: { code, ...(message !== undefined && { message: expect.stringContaining(message) as string }) },
})

export const done = (json: object = {}): object => ({ status: 200, json })

export const APPID = 'wxd678efh567hg6787'
const NATIVE = '/v3/pay/transactions/native'
export const REFUNDS = '/v3/refund/domestic/refunds'

/** The orders of a merchant, by a client written by hand. */
export interface RuleRig extends ClockedRig {
  /** An order of 100 fen; a field that is `undefined` is left out. */
  order(more?: object): object
  place(more?: object): Promise<Answer>
  paid(more?: object): Promise<{ readonly out_trade_no: string; readonly transaction_id: string }>
  refund(out_trade_no: string, more?: object, amount?: object): Promise<Answer>
  query(out_trade_no: string): Promise<Answer>
  close(out_trade_no: string): Promise<Answer>
}

export function startRules(options: EmulatorOptions = {}): RuleRig {
  const rig = startClockedRig(options)
  const { next } = rig
  const mchid = (): string => rig.emulator.merchant.mchid
  const order = (more: object = {}): object => ({
    ...{ appid: APPID, mchid: mchid(), description: 'QQ公仔', out_trade_no: next() },
    ...{ notify_url: 'https://pay.example.com/notify', amount: { total: 100 }, ...more },
  })
  const place = (more: object = {}): Promise<Answer> => rig.call('POST', NATIVE, order(more))
  return Object.assign(Object.create(rig) as ClockedRig, {
    order,
    place,
    async paid(more: object = {}) {
      const out_trade_no = next()
      expect((await place({ out_trade_no, ...more })).status).toBe(200)
      const { transaction_id } = await rig.emulator.pay(out_trade_no)
      return { out_trade_no, transaction_id }
    },
    refund: (out_trade_no: string, more: object = {}, amount: object = {}) =>
      rig.call('POST', REFUNDS, {
        ...{ out_trade_no, out_refund_no: next() },
        ...{ amount: { refund: 1, total: 100, currency: 'CNY', ...amount }, ...more },
      }),
    query: (out_trade_no: string) =>
      rig.call('GET', `/v3/pay/transactions/out-trade-no/${out_trade_no}?mchid=${mchid()}`),
    close: (out_trade_no: string) =>
      rig.call('POST', `/v3/pay/transactions/out-trade-no/${out_trade_no}/close`, { mchid: mchid() }),
  })
}

/** What is sent, beyond what a client has to send. A header that is `undefined` is not sent. */
export interface RawRequest {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string | undefined>>
  readonly body?: string | Buffer
  /** The part of the body that is signed; all of it when absent. */
  readonly signedBody?: string | Buffer
}

export interface RawAnswer {
  readonly status: number | undefined
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it freely
  readonly json: any
}

/** Sends exactly these headers and bytes: no library adds any. */
export function sendRaw(
  emulator: Emulator,
  path: string,
  { method = 'GET', headers = {}, body = '', signedBody = body }: RawRequest = {},
): Promise<RawAnswer> {
  const timestamp = Math.floor(emulator.clock() / 1_000)
  const { header } = authorizationOf(emulator, method, path, signedBody, { timestamp })
  const all = {
    ...{ Accept: 'application/json', 'User-Agent': 'rules', Authorization: header },
    ...{ 'Wechatpay-Serial': publicKeyId(emulator), 'Content-Type': 'application/json', ...headers },
  }
  const sent = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
  const { port } = new URL(emulator.url)
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, method, path, headers: sent, agent: false }, (response) => {
      text(response).then((content) => {
        const json = content.startsWith('{') ? JSON.parse(content) : undefined
        resolve({ status: response.statusCode, headers: response.headers, text: content, json })
      }, reject)
    })
      .on('error', reject)
      .end(body)
  })
}

/** The body of an upload, and its content type. */
export function upload(meta: string | undefined, file?: Buffer, filename = 'a.png'): [Buffer, string] {
  const part = (disposition: string, type: string, content: string | Buffer): Buffer =>
    Buffer.concat([
      Buffer.from(
        `--RULES\r\nContent-Disposition: form-data; ${disposition}\r\nContent-Type: ${type}\r\n\r\n`,
      ),
      Buffer.from(content),
      Buffer.from('\r\n'),
    ])
  const parts = [
    ...(meta === undefined ? [] : [part('name="meta"', 'application/json', meta)]),
    ...(file ? [part(`name="file"; filename="${filename}"`, 'image/png', file)] : []),
    Buffer.from('--RULES--\r\n'),
  ]
  return [Buffer.concat(parts), 'multipart/form-data; boundary=RULES']
}
