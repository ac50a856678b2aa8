import type { MerchantFacts } from '../identity/merchant-options.js'
import { type Mismatch, mismatchOf, type Parties } from '../identity/parties.js'
import type { ApiRequest } from '../routing/handler.js'
import { parameterError, Refusal } from '../routing/refusal.js'

type Given = Readonly<Record<string, unknown>>

/** The paths of orders, whose documentation has `MCH_NOT_EXISTS`. */
const ORDERS = /^v3\/(pay\/(partner\/)?transactions|combine-transactions)\//
/** The paths of orders that a merchant places for itself. */
const OWN_ORDERS = /^v3\/pay\/transactions\//

/**
 * Checks that merchants, sub-merchants and appids of a request belong together, as far as the options of the caller say
 * who belongs to whom.
 *
 * https://pay.weixin.qq.com/doc/v3/merchant/4012791877
 *
 * @throws {Refusal} as the API does.
 */
export function checkParties({ template, plain, query }: ApiRequest, facts: MerchantFacts): void {
  const body = isRecord(plain) ? plain : {}
  const isOrder = ORDERS.test(template)
  if (OWN_ORDERS.test(template) && facts.kind === 'partner') {
    throw parameterError('/sub_mchid', '受理机构必须传入sub_mch_id')
  }
  refuse(mismatchOf(partiesOf(body, isOrder), facts))
  refuse(mismatchOf(partiesOf(Object.fromEntries(query), isOrder), facts))
  const parts = Array.isArray(body.sub_orders) ? body.sub_orders : []
  // The parts of a combined order may be of merchants that the caller's emulator does not know.
  for (const part of parts) if (isRecord(part)) refuse(mismatchOf(partiesOf(part, false), facts))
}

function partiesOf(given: Given, isOrder: boolean): Parties {
  const text = (...names: readonly string[]): string | undefined => {
    const found = names.map((name) => given[name]).find((value) => typeof value === 'string' && value !== '')
    return found as string | undefined
  }
  return {
    // Elsewhere, an mchid may be that of somebody whom the caller deals with.
    mchid: isOrder ? text('mchid', 'sp_mchid', 'combine_mchid') : undefined,
    appid: text('appid', 'sp_appid', 'combine_appid'),
    subMchid: text('sub_mchid'),
    subAppid: text('sub_appid'),
  }
}

function refuse(mismatch: Mismatch | undefined): void {
  if (mismatch !== undefined) throw REFUSALS[mismatch]()
}

const REFUSALS: Readonly<Record<Mismatch, () => Refusal>> = {
  'unknown-merchant': () => new Refusal(400, 'MCH_NOT_EXISTS', '商户号不存在'),
  'sub-merchant-given': () => parameterError('/sub_mchid', '普通商户不允许传sub_mch_id'),
  'no-relation': () => new Refusal(403, 'NO_AUTH', '受理关系不存在'),
  appid: () => new Refusal(400, 'APPID_MCHID_NOT_MATCH', 'appid和mch_id不匹配，请检查后再试'),
  'sub-appid': () => new Refusal(400, 'INVALID_REQUEST', 'sub_mchid与sub_appid不匹配'),
}

const isRecord = (value: unknown): value is Given =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
