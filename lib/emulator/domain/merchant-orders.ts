import type { Context } from '../context.js'
import type { ApiRequest, HandlerRouter } from '../routing/handler.js'
import { parameterError } from '../routing/refusal.js'
import type { Order, OrderRequest } from '../state/records.js'
import { findOrder } from './order-times.js'
import { closeOrder, notExist, placeOrder, transactionOf } from './orders.js'
import { prepayResponses, TRADE_TYPES } from './prepay.js'

/** The differences between the orders of a merchant, and those that a partner places for a merchant. */
interface OrderKind {
  readonly base: string
  /** The name of the field with the id of the caller. */
  readonly caller: 'mchid' | 'sp_mchid'
  readonly toRequest: (json: Readonly<Record<string, unknown>>) => OrderRequest
}

const KINDS: readonly OrderKind[] = [
  {
    base: 'v3/pay/transactions',
    caller: 'mchid',
    toRequest: (json) => json as unknown as OrderRequest,
  },
  {
    base: 'v3/pay/partner/transactions',
    caller: 'sp_mchid',
    toRequest: ({ sp_appid, sp_mchid, ...json }) => {
      return { ...json, appid: sp_appid, mchid: sp_mchid } as unknown as OrderRequest
    },
  },
]

/** Orders of a merchant, and of a partner for one: native, jsapi, app, h5; query by either number; close. */
export function addMerchantOrders(router: HandlerRouter, context: Context): void {
  for (const kind of KINDS) addKind(kind, router, context)
}

function addKind({ base, caller, toRequest }: OrderKind, router: HandlerRouter, context: Context): void {
  const { identity, state } = context
  const responses = prepayResponses(context)

  function checkCaller(given: unknown, location: 'body' | 'query'): void {
    if (given === identity.merchant.mchid) return
    throw parameterError(`/${caller}`, `http header中的mchid与请求中的${caller}不匹配`, given ?? '', location)
  }
  for (const way of Object.keys(TRADE_TYPES) as (keyof typeof TRADE_TYPES)[]) {
    router.add('POST', `${base}/${way}`, ({ plain }) => {
      const json = plain as Readonly<Record<string, unknown>>
      checkCaller(json[caller], 'body')
      const order = {
        request: toRequest(json),
        tradeType: TRADE_TYPES[way],
        respond: responses[way],
        api: 'v3',
      } as const
      return { status: 200, body: placeOrder(context, order).answer }
    })
  }

  const byNumber = ({ params }: ApiRequest): Order | undefined => findOrder(context, params.out_trade_no)
  const byId = ({ params }: ApiRequest): Order | undefined => {
    return findOrder(context, state.transactions.get(params.transaction_id ?? ''))
  }
  /** The order, if it belongs to the merchant that is named; nobody else may see it. */
  function own(order: Order | undefined, subMchid: unknown): Order {
    if (!order || (order.request.sub_mchid ?? null) !== (subMchid ?? null)) throw notExist()
    return order
  }
  for (const [path, find] of [
    ['out-trade-no/{out_trade_no}', byNumber],
    ['id/{transaction_id}', byId],
  ] as const) {
    router.add('GET', `${base}/${path}`, (request) => {
      checkCaller(request.query.get(caller), 'query')
      return { status: 200, body: transactionOf(own(find(request), request.query.get('sub_mchid'))) }
    })
  }
  router.add('POST', `${base}/out-trade-no/{out_trade_no}/close`, (request) => {
    const json = request.json as Readonly<Record<string, unknown>>
    checkCaller(json[caller], 'body')
    closeOrder(context, own(byNumber(request), json.sub_mchid))
    return { status: 204 }
  })
}
