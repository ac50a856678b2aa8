import { eitherOf, fieldsOf, isFields, isLeaf, type Shape } from '../lib/catalog/schema.js'
import { type Endpoint, part } from './model.js'

/** The fields that hold the caller's own id, app or address, at one endpoint or another. */
const MERCHANT: readonly string[] = ['mchid', 'sp_mchid', 'combine_mchid', 'mch_id']
const NAMES: readonly string[] = [...MERCHANT, 'appid', 'sp_appid', 'combine_appid', 'notify_url']

const PARTS = ['query', 'json', 'xml'] as const

/** The fields of a request that the client fills in from what it is made of, as the trait `fills` writes them. */
export function fillsOf(endpoint: Endpoint): string[] {
  return PARTS.flatMap((name) => fillsOfPart(endpoint, name, part(endpoint, name)?.shape))
}

/** The names of the fields of the merchant's own id that the client fills in whatever else a request says. */
export function ownIds(endpoint: Endpoint): string[] {
  const names = fillsOf(endpoint).map((fill) => fill.slice(fill.indexOf('.') + 1))
  return names.filter((name) => MERCHANT.includes(name))
}

function fillsOfPart(endpoint: Endpoint, name: (typeof PARTS)[number], shape: Shape | undefined): string[] {
  if (shape === undefined || !isFields(shape)) return []
  const { api, verb, merchantId = 'mch_id', notOwn = {} } = endpoint
  const fields = new Map(fieldsOf(shape).map((field) => [field.name, field]))
  const either = eitherOf(shape) ?? []
  return NAMES.flatMap((field) => {
    const found = fields.get(field)
    const at = `${name}.${field}`
    // Where it is a list, it says which ids something holds for.
    if (!found || !isLeaf(found.shape) || at in notOwn) return []
    // The signature of APIv2 adds it.
    if (api === 'v2' && (field === merchantId || MERCHANT.includes(field))) return []
    // What a change leaves out stays as it is; only a combined order has an id of its own beside the others.
    const isChange = verb === 'patch' || verb === 'put'
    if (found.optional && (isChange || field.startsWith('combine_'))) return []
    return [at + (found.optional ? condition(endpoint, field, fields, either) : '')]
  })
}

/**
 * What tells whose request it is, where a merchant and a partner call the same endpoint: `+` names a field that has to be
 * given beside an optional one, and `-` one that must not.
 */
function condition(
  { modes = [] }: Endpoint,
  field: string,
  fields: ReadonlyMap<string, { readonly optional: boolean }>,
  either: readonly (readonly string[])[],
): string {
  const isPartner = modes.length === 1 && modes[0] === 'partner'
  // A merchant's authorization says of whose app the openids are that a partner pays to; the other app is left out.
  if (field === 'sp_appid' && fields.has('authorization_type')) return '-sub_appid'
  if (field.startsWith('sp_')) return isPartner || !fields.get('sub_mchid')?.optional ? '' : '+sub_mchid'
  // An openid belongs to one app, the caller's or that of the merchant it calls for.
  if (field === 'appid' && fields.has('sub_appid') && !fields.has('sp_appid')) return '-sub_appid'
  // Where a user may be named by something else, an app without an openid names nobody.
  if (field === 'appid' && !fields.has('sp_appid') && fields.get('openid')?.optional) return '+openid'
  const isAlternative = either.some((group) => group.includes(field))
  if (!fields.has(`sp_${field}`) && !isAlternative) return ''
  const others = ['sub_mchid', 'sp_mchid', 'sp_appid'].filter((other) => fields.has(other))
  return others.map((other) => `-${other}`).join('')
}
