import { Source } from '../../catalog/requests.js'
import { isFields, isLeaf, isList, leafOf, type Shape } from '../../lib/catalog/schema.js'
import { sampleOf } from '../../lib/emulator/domain/sample.js'
import { createRandom, type Random } from '../../lib/emulator/identity/random.js'

/** What fields look like: the values that the documentation's examples have for them, by name. */
export interface Values {
  /** The request with known values where the schema alone gave it placeholders. */
  fill(request: unknown): unknown
  /** A complete value of a shape; what the request has in common with it is repeated. */
  sample(shape: Shape, given: Readonly<Record<string, unknown>>): unknown
}

/** The day on which all samples are taken. */
const NOW = Date.UTC(2026, 0, 15, 2, 30)

const EXPIRES = '2035'
/** The length of a number that is made up. */
const LENGTH = 10

/** Values that no example has. */
const USUAL: Readonly<Record<string, string | number>> = {
  ...{ total_fee: 100, cash_fee: 100, coupon_type_$n: 'CASH', coupon_id_$n: '10000' },
  ...{ return_code: 'SUCCESS', return_msg: 'OK', result_code: 'SUCCESS', trade_state: 'SUCCESS' },
  ...{ nonce_str: '5K8264ILTKCH16CQ2502SI8ZNMTM67VS', sign: 'C380BEC2BFD727A4B6845133519F3AD6' },
  ...{ payer_currency: 'CNY', cash_fee_type: 'CNY', fee_type: 'CNY', time_end: '20260115103000' },
  ...{
    trade_state_desc: '支付成功',
    trade_state_description: '支付成功',
    message: '成功',
    resp_desc: '成功',
  },
  ...{
    bank_account_name: '张三',
    unionid: 'oLTPCuN5a-nBD4rAL_fa-AyNs3Y8',
    package: 'prepay_id=wx201410272009395522657a',
  },
}

export function collectValues(examples: readonly unknown[]): Values {
  const known: Record<string, unknown> = Object.assign(Object.create(null), USUAL)
  const collect = (value: unknown): void => {
    if (Array.isArray(value)) for (const item of value) collect(item)
    if (typeof value !== 'object' || value === null) return
    for (const [name, inner] of Object.entries(value)) {
      if (typeof inner === 'object') collect(inner)
      else if (inner !== '' && !(name in known)) known[name] = inner
    }
  }
  for (const example of examples) collect(example)
  return {
    fill: (request) => filled(request, '', known, createRandom('documentation')),
    sample(shape, given) {
      const source = { ids: createRandom('documentation'), now: NOW, merchantKey: undefined as never }
      return sampleOf(sampleShape(shape), '', { ...source, given: { ...known, ...given } })
    },
  }
}

function filled(
  value: unknown,
  name: string,
  known: Readonly<Record<string, unknown>>,
  ids: Random,
): unknown {
  if (value instanceof Source) return value
  // The examples are old, and an order that has expired cannot be paid.
  if (name === 'time_expire' && typeof value === 'string') return value.replace(/^20\d\d/, EXPIRES)
  if (value === 'x' || value === '') return typeof known[name] === 'string' ? known[name] : ids.digits(LENGTH)
  if (Array.isArray(value)) return value.map((item) => filled(item, name, known, ids))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, filled(item, key, known, ids)]))
}

/** What a response has only where something went wrong. */
const FAILURE = /^(err|error|fail)_\w+\?$/

/** The shape of a sample: with texts in place of what would be encrypted for the reader, and without failures. */
function sampleShape(shape: Shape): Shape {
  if (isLeaf(shape)) return leafOf(shape).type === 'encrypted' ? 'string' : shape
  if (isList(shape)) return [sampleShape(shape[0])]
  if (!isFields(shape)) return shape
  const fields = Object.entries(shape)
    .filter(([name]) => !FAILURE.test(name))
    .map(([name, inner]) => [name, name.startsWith('$') ? inner : sampleShape(inner)])
  return Object.fromEntries(fields)
}

/** A sample as it arrives in XML: all text, and the running numbers in names from 0 on. */
export function asText(sample: unknown): unknown {
  if (Array.isArray(sample)) return sample.map(asText)
  if (typeof sample !== 'object' || sample === null) return String(sample)
  return Object.fromEntries(
    Object.entries(sample).map(([name, value]) => [name.replace(/\$[nm]/g, '0'), asText(value)]),
  )
}
