/** Names that look like mistakes of a page. What only looks so is listed, with the reason. */
import { describe, expect, it } from 'vitest'
import type { Endpoint, Notification } from '../../catalog/model.js'
import { endpointParts, type FieldFact, fieldsBelow, notificationParts, typeName } from './fields.js'
import { repositoryCatalogue } from './loaded.js'

interface Entry {
  readonly id: string
  /** Whether it is documented for plain merchants as well as for partners. */
  readonly isForBoth: boolean
  readonly fields: readonly FieldFact[]
}

const endpointEntry = (endpoint: Endpoint): Entry => ({
  id: `${endpoint.verb} ${endpoint.template}`,
  isForBoth: ['merchant', 'partner'].every((mode) => endpoint.modes?.some((one) => one === mode)),
  fields: endpointParts(endpoint).flatMap(({ shape, at }) => [...fieldsBelow(shape, at)]),
})

const notificationEntry = (notification: Notification): Entry => ({
  id: notification.eventType,
  isForBoth: ['/merchant/', '/partner/'].every((mode) =>
    notification.docs?.some((url) => url.includes(mode)),
  ),
  fields: notificationParts(notification).flatMap(({ shape, at }) => [...fieldsBelow(shape, at)]),
})

/** Finds the suspicious fields of an entry; `names` are those of the whole catalogue. */
type Rule = (entry: Entry, names: ReadonlySet<string>) => readonly FieldFact[]

const RULES = {
  'a double underscore': ({ fields }) => fields.filter(({ name }) => name.includes('__')),
  'licence beside license': ({ fields }, names) =>
    fields.filter(({ name }) => name.includes('licence') && names.has(name.replace('licence', 'license'))),
  'an encrypted kind': ({ fields }) =>
    fields.filter(({ name, shape }) => name.endsWith('_type') && typeName(shape) === 'encrypted'),
  // A plain merchant has no sub-merchant and no service provider. `sub_orders` are the parts of a combined order.
  'what only a partner has, required of a merchant too': ({ isForBoth, fields }) =>
    fields.filter(({ name, optional }) => isForBoth && !optional && /^(sub|sp)_(?!order)/.test(name)),
} satisfies Readonly<Record<string, Rule>>

const SPELLED_SO = 'the API spells it so: the official samples and the libraries do'
/** Of plain merchants too: the libraries, which have one model for both, call it the merchant ID. */
const ANY_CALLER = 'the API calls whoever called sp_mchid'

/** What the API really calls so. */
const EXCEPTIONS: Readonly<Record<keyof typeof RULES, Readonly<Record<string, string>>>> = {
  'a double underscore': {},
  'licence beside license': {
    'post v3/apply4subject/applyment json.subject_info.business_licence_info': SPELLED_SO,
    'post v3/apply4subject/applyment json.subject_info.business_licence_info.licence_copy': SPELLED_SO,
    'post v3/apply4subject/applyment json.subject_info.business_licence_info.licence_number': SPELLED_SO,
    'post v2/applyment/micro/submitupgrade xml.business_licence_type': SPELLED_SO,
  },
  'an encrypted kind': {},
  'what only a partner has, required of a merchant too': {
    'get v3/edu-papay/contracts/id/{contract_id} response.sp_mchid': ANY_CALLER,
    'get v3/edu-papay/user/{openid}/contracts response.data[].sp_mchid': ANY_CALLER,
    'get v3/edu-papay/transactions/id/{transaction_id} response.sp_mchid': ANY_CALLER,
    'get v3/edu-papay/transactions/out-trade-no/{out_trade_no} response.sp_mchid': ANY_CALLER,
    'get v3/vehicle/transactions/out-trade-no/{out_trade_no} response.sp_mchid': ANY_CALLER,
    'post v3/vehicle/transactions/parking response.sp_mchid': ANY_CALLER,
    'ENTRUST.SIGNING resource.sp_mchid': ANY_CALLER,
    'VEHICLE.ENTRANCE_STATE_CHANGE resource.sp_mchid': ANY_CALLER,
  },
}

const { endpoints, notifications } = repositoryCatalogue
const entries = [...endpoints.map(endpointEntry), ...notifications.map(notificationEntry)]

/** One endpoint with every mistake. */
const MISTAKEN = endpointEntry({
  ...{ name: 'Mistaken', family: 'payments', template: 'v3/mistaken', verb: 'post', api: 'v3' },
  modes: ['merchant', 'partner'],
  json: {
    refund__fee: 'fen',
    business_license: 'string',
    business_licence: 'string',
    credential_type: 'encrypted',
    sub_mchid: 'string',
  },
  response: { status: 204 },
})

const suspects = (rule: Rule, all: readonly Entry[]): string[] => {
  const names = new Set(all.flatMap(({ fields }) => fields.map(({ name }) => name)))
  return all.flatMap((entry) => rule(entry, names).map(({ at }) => `${entry.id} ${at}`))
}

describe('a field of the catalogue', () => {
  it.each(Object.entries(RULES))('has not %s, unless the API has', (name, rule) => {
    const known = Object.keys(EXCEPTIONS[name as keyof typeof RULES])
    expect(suspects(rule, entries).sort()).toEqual([...known].sort())
  })

  it.each(Object.entries(RULES))('would be found with %s', (_, rule) => {
    expect(suspects(rule, [...entries, MISTAKEN]).filter((one) => one.includes('v3/mistaken'))).toHaveLength(
      1,
    )
  })
})
