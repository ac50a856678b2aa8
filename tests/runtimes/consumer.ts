/** A program of somebody else's, as strict as they come; it is only compiled. */
import {
  ApiError,
  type EventType,
  type NotificationOf,
  type RequestOf,
  type ResponseOf,
  sensitive,
  Wechatpay,
  type WechatpayOptions,
} from 'wechatpay-fluent'
import { memberCardJob, runBulk } from 'wechatpay-fluent/bulk'
import { loadPrivateKey, sign } from 'wechatpay-fluent/crypto'
import { createEmulator, type Emulator } from 'wechatpay-fluent/emulator'

const IMPORT = 'v3/marketing/membercard-open/cards/{card_id}/users/import'

type Equal<One, Other> =
  (<T>() => T extends One ? 1 : 2) extends <T>() => T extends Other ? 1 : 2 ? true : false
type IsAny<T> = 0 extends 1 & T ? true : false

/** What must be true, or this does not compile. */
export const facts: readonly true[] = [
  truth<Equal<IsAny<RequestOf<typeof IMPORT, 'post'>>, false>>(true),
  truth<Equal<IsAny<ResponseOf<'v3/pay/transactions/native', 'post'>>, false>>(true),
  truth<Equal<IsAny<NotificationOf<'TRANSACTION.SUCCESS'>>, false>>(true),
  truth<Equal<IsAny<Wechatpay>, false>>(true),
  truth<'TRANSACTION.SUCCESS' extends EventType ? true : false>(true),
]

function truth<Fact extends boolean>(fact: Fact & true): true {
  return fact
}

export const request: RequestOf<typeof IMPORT, 'post'> = {
  card_id: 'pbLatjvWOibDc5-TBnbUk1pD12o0',
  json: { openid: 'o', code: '478515832665', out_request_no: '1' },
}

export async function calls(options: WechatpayOptions): Promise<readonly (string | undefined)[]> {
  const wxpay = new Wechatpay(options)
  const chained = await wxpay.v3.marketing.membercardOpen.cards._card_id_.users.import.post(request)
  const declared = await wxpay.chain(IMPORT).post(request)
  const bracketed = await wxpay[IMPORT].postAsync(request)
  truth<Equal<typeof chained, typeof declared>>(true)
  truth<Equal<typeof chained.data, typeof bracketed.data>>(true)
  const code: string = chained.data.code
  const { data: order } = await wxpay.v2.pay.orderquery.post({
    xml: { appid: 'a', transaction_id: '', out_trade_no: 'n' },
  })
  const undocumented = await wxpay.chain('v3/brand-new/{id}').get({ id: '1' })
  const unknown: unknown = undocumented.data
  for await (const row of await wxpay.bills.trade({ bill_date: '2024-01-01' })) {
    const fen: number = row.total_amount_fen
    if (fen > 0) return [code, row.out_trade_no, String(unknown)]
  }
  return [code, order.trade_state, String(sensitive('张三'))]
}

export async function mistakes(wxpay: Wechatpay): Promise<void> {
  // @ts-expect-error no such path
  wxpay.v3.pay.transactions.natve
  // @ts-expect-error this endpoint has no GET
  wxpay.v3.pay.transactions.native.get
  // @ts-expect-error the placeholder is missing
  await wxpay[IMPORT].post({ json: request.json })
  // @ts-expect-error a field is missing
  await wxpay[IMPORT].post({ card_id: 'p', json: { openid: 'o', code: 'c' } })
  // @ts-expect-error a bare string would travel in the clear
  await wxpay.v3.profitsharing.receivers.add.post({ json: { name: '张三' } })
}

export function notifications(wxpay: Wechatpay): (incoming: Request) => Promise<Response> {
  return wxpay.notifications.fetch({
    'TRANSACTION.SUCCESS': ({ resource }) => {
      const number: string | undefined = resource.out_trade_no
      console.log(number)
    },
  })
}

export async function emulated(): Promise<Emulator> {
  const emulator = await createEmulator({ seed: 1, platform: { mode: 'switching', probes: 0 } })
  const signature: string = sign('message', loadPrivateKey(emulator.merchant.privateKey))
  try {
    await new Wechatpay(emulator.merchant).v3.certificates.get()
  } catch (error) {
    if (error instanceof ApiError) console.log(error.code, error.status, signature)
  }
  return emulator
}

export async function members(client: Wechatpay, input: string): Promise<number> {
  const summary = await runBulk({ client, input, ...memberCardJob({ cardId: 'pbLatjvWOibDc5' }) })
  return summary.acknowledged
}
