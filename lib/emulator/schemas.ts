import { requestSchemas } from '../routes/document.js'
import type { JsonSchema } from '../routes/schema.js'
import type { Verb } from '../routes/traits.js'
import { endpointDocument } from './generated/index.js'
import type { RequestSchemas, Schema, SchemaSource } from './validate.js'

const text = (max: number, min = 1): Schema => ({ type: 'string', minLength: min, maxLength: max })
const object = (
  required: Readonly<Record<string, Schema>>,
  optional: Readonly<Record<string, Schema>> = {},
): Schema => ({
  type: 'object',
  required: Object.keys(required),
  properties: { ...required, ...optional },
})

const outTradeNo: Schema = { type: 'string', pattern: '^[0-9A-Za-z_\\-|*]{6,32}$' }
const httpUrl: Schema = { type: 'string', pattern: '^https?://[^\\s/?#]+', maxLength: 256 }
const instant: Schema = {
  type: 'string',
  pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?(Z|[+-]\\d\\d:\\d\\d)$',
}
const money: Schema = { type: 'integer', minimum: 1 }
const mchid = object({ mchid: text(32) })

function order(required: Readonly<Record<string, Schema>> = {}): RequestSchemas {
  const amount = object({ total: money }, { currency: text(16) })
  const common = {
    appid: text(32),
    mchid: text(32),
    description: text(127),
    out_trade_no: outTradeNo,
    notify_url: httpUrl,
    amount,
  }
  return { json: object({ ...common, ...required }, { attach: text(128, 0), time_expire: instant }) }
}

/** What the stateful endpoints rely on beyond the catalogue: lengths, patterns and limits of the official pages. */
const RULES: Readonly<Record<string, RequestSchemas>> = {
  'POST v3/marketing/membercard-open/cards/{card_id}/users/import': {
    json: object({ openid: text(128), out_request_no: text(64) }, { code: text(64) }),
  },
  'POST v3/pay/transactions/native': order(),
  'POST v3/pay/transactions/app': order(),
  'POST v3/pay/transactions/h5': order({ scene_info: object({ payer_client_ip: text(45) }) }),
  'POST v3/pay/transactions/jsapi': order({ payer: object({ openid: text(128) }) }),
  'GET v3/pay/transactions/id/{transaction_id}': { query: mchid },
  'GET v3/pay/transactions/out-trade-no/{out_trade_no}': { query: mchid },
  'POST v3/pay/transactions/out-trade-no/{out_trade_no}/close': { json: mchid },
  'POST v3/refund/domestic/refunds': {
    json: object(
      {
        out_refund_no: text(64),
        amount: object({ refund: money, total: money, currency: text(16) }),
      },
      { transaction_id: text(32), out_trade_no: text(32), reason: text(80), notify_url: httpUrl },
    ),
  },
}

/** An object takes the documented fields and no others: the API refuses what it does not know. */
function closed(schema: JsonSchema): JsonSchema & { additionalProperties?: false } {
  const { properties, items, anyOf } = schema
  const entries = Object.entries(properties ?? {}).map(([name, field]) => [name, closed(field)] as const)
  return {
    ...schema,
    ...(items && { items: closed(items) }),
    ...(anyOf && { anyOf: anyOf.map(closed) }),
    ...(entries.length > 0 && { properties: Object.fromEntries(entries), additionalProperties: false }),
  }
}

async function catalogued(method: string, template: string): Promise<RequestSchemas[]> {
  const document = await endpointDocument(template, method.toLowerCase() as Verb)
  if (!document) return []
  const { query, json, meta, required } = requestSchemas(document)
  const body = json ?? meta
  return [
    {
      ...(query && { query }),
      ...(body && {
        json: closed(body),
        bodyRequired: required.includes('json') || required.includes('multipart'),
      }),
    },
  ]
}

const found = new Map<string, Promise<readonly RequestSchemas[]>>()

/** The schemas of an endpoint: what the catalogue documents, then the rules beyond it. */
export const requestSchemasOf: SchemaSource = (method, template) => {
  const key = `${method} ${template}`
  let schemas = found.get(key)
  if (!schemas) {
    const rules = RULES[key]
    schemas = catalogued(method, template).then((documented) => (rules ? [...documented, rules] : documented))
    found.set(key, schemas)
  }
  return schemas
}
