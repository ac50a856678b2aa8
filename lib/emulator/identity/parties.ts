import type { MerchantFacts } from './merchant-options.js'

/** The ids in a request that have to belong to each other; each of them may be absent. */
export interface Parties {
  /** The caller, as the request itself names it. */
  readonly mchid?: string | undefined
  readonly appid?: string | undefined
  readonly subMchid?: string | undefined
  readonly subAppid?: string | undefined
}

/**
 * What does not belong together.
 *
 * - `unknown-merchant`: nobody has that mchid
 * - `sub-merchant-given`: a merchant that calls for itself alone names another
 * - `no-relation`: the sub-merchant is none of this partner's
 * - `appid`: the appid is bound neither to the caller nor to a sub-merchant of its
 * - `sub-appid`: the appid is not bound to the sub-merchant
 */
export type Mismatch = 'unknown-merchant' | 'sub-merchant-given' | 'no-relation' | 'appid' | 'sub-appid'

/** The first mismatch of a request; none where the options of the caller leave it open who belongs to whom. */
export function mismatchOf(
  { mchid, appid, subMchid, subAppid }: Parties,
  { everyone, kind, appids, subMerchants }: MerchantFacts,
): Mismatch | undefined {
  if (mchid !== undefined && everyone && !everyone.has(mchid)) return 'unknown-merchant'
  if (subMchid !== undefined && kind === 'merchant') return 'sub-merchant-given'
  if (subMchid !== undefined && subMerchants && !subMerchants.has(subMchid)) return 'no-relation'
  if (appid !== undefined && appids && !appids.has(appid)) {
    // Some endpoints call the appid of a sub-merchant by the same name.
    const isOfSub = [...(subMerchants?.values() ?? [])].some((bound) => bound?.has(appid))
    if (!isOfSub) return 'appid'
  }
  const bound = subMerchants?.get(subMchid ?? '')
  return subAppid !== undefined && bound && !bound.has(subAppid) ? 'sub-appid' : undefined
}
