import type { MerchantFacts } from '../../identity/merchant-options.js'
import { type Mismatch, mismatchOf } from '../../identity/parties.js'
import { ReturnFailure } from './refusal.js'
import type { V2Fields } from './sign.js'

const MESSAGES: Readonly<Record<Mismatch, string>> = {
  'unknown-merchant': '商户号mch_id或sub_mch_id不存在',
  'sub-merchant-given': '普通商户不允许传sub_mch_id',
  'no-relation': '受理关系不存在',
  appid: 'appid和mch_id不匹配',
  'sub-appid': 'sub_mch_id与sub_appid不匹配',
}

/** The endpoints that place an order, which a partner never does for itself. */
const PLACING: ReadonlySet<string> = new Set(['v2/pay/unifiedorder', 'v2/pay/micropay'])

/**
 * Checks that merchants, sub-merchants and appids of a message belong together, as far as the options of the caller say
 * who belongs to whom.
 *
 * @throws {ReturnFailure} in the words of the API.
 */
export function checkParties(template: string, fields: V2Fields, facts: MerchantFacts): void {
  const { mch_id, sub_mch_id, sub_appid } = fields
  const parties = {
    mchid: mch_id,
    appid: fields.appid || fields.mch_appid || fields.wxappid || undefined,
    subMchid: sub_mch_id || undefined,
    subAppid: sub_appid || undefined,
  }
  const mismatch = mismatchOf(parties, facts)
  if (mismatch) throw new ReturnFailure(MESSAGES[mismatch])
  if (facts.kind === 'partner' && PLACING.has(template) && !sub_mch_id) {
    throw new ReturnFailure('受理机构必须传入sub_mch_id')
  }
}
