import type { Context } from '../context.js'
import type { ApiRequest, ApiResponse, HandlerRouter } from '../routing/handler.js'
import { parameterError } from '../routing/refusal.js'
import type { Order, OrderRequest } from '../state/order-records.js'
import { payByCode, reverseOrder } from './code-payments.js'
import { findOrder } from './order-times.js'
import { closeOrder, notExist, partiesOf, placeOrder, transactionOf } from './orders.js'
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

/** Orders of a merchant, and of a partner for one: place, pay by code, query by either number, close, reverse. */
export function addMerchantOrders(router: HandlerRouter, context: Context): void {
  for (const kind of KINDS) {
    addPlacing(kind, router, context)
    addQueries(kind, router, context)
    addEndings(kind, router, context)
  }
}

type Fields = Readonly<Record<string, unknown>>

/** Throws unless an order is of the merchant that signed the request. */
function checkCaller(
  { caller }: OrderKind,
  given: unknown,
  { identity }: Context,
  location: 'body' | 'query' = 'body',
): void {
  if (given === identity.merchant.mchid) return
  throw parameterError(`/${caller}`, `http header中的mchid与请求中的${caller}不匹配`, given ?? '', location)
}

/** The order, if it belongs to the merchant that is named; nobody else may see it. */
function own(order: Order | undefined, subMchid: unknown): Order {
  if (!order || (order.request.sub_mchid ?? null) !== (subMchid ?? null)) throw notExist()
  return order
}

function addPlacing(kind: OrderKind, router: HandlerRouter, context: Context): void {
  const { base, caller, toRequest } = kind
  const responses = prepayResponses(context)
  for (const way of Object.keys(TRADE_TYPES) as (keyof typeof TRADE_TYPES)[]) {
    router.add('POST', `${base}/${way}`, ({ plain }) => {
      const json = plain as Fields
      checkCaller(kind, json[caller], context)
      const order = {
        request: toRequest(json),
        tradeType: TRADE_TYPES[way],
        respond: responses[way],
        api: 'v3',
      } as const
      return { status: 200, body: placeOrder(context, order).answer }
    })
  }
  router.add('POST', `${base}/codepay`, ({ plain }) => {
    const json = plain as Fields
    checkCaller(kind, json[caller], context)
    const request = toRequest(json)
    return { status: 200, body: transactionOf(payByCode(context, request, request.payer?.auth_code, 'v3')) }
  })
}

function addQueries(kind: OrderKind, router: HandlerRouter, context: Context): void {
  const { base, caller } = kind
  function show({ query }: ApiRequest, number: string | undefined): ApiResponse {
    checkCaller(kind, query.get(caller), context, 'query')
    return { status: 200, body: transactionOf(own(findOrder(context, number), query.get('sub_mchid'))) }
  }
  router.add('GET', `${base}/out-trade-no/{out_trade_no}`, (request) =>
    show(request, request.params.out_trade_no),
  )
  router.add('GET', `${base}/id/{transaction_id}`, (request) =>
    show(request, context.state.transactions.get(request.params.transaction_id ?? '')),
  )
}

function addEndings(kind: OrderKind, router: HandlerRouter, context: Context): void {
  const { base, caller } = kind
  function find({ params, json }: ApiRequest): Order {
    const fields = json as Fields
    checkCaller(kind, fields[caller], context)
    return own(findOrder(context, params.out_trade_no), fields.sub_mchid)
  }
  router.add('POST', `${base}/out-trade-no/{out_trade_no}/close`, (request) => {
    closeOrder(context, find(request))
    return { status: 204 }
  })
  router.add('POST', `${base}/out-trade-no/{out_trade_no}/reverse`, (request) => {
    const order = find(request)
    reverseOrder(context, order)
    return { status: 200, body: { ...partiesOf(order.request), out_trade_no: order.request.out_trade_no } }
  })
}
