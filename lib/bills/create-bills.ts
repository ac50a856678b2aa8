import { assertMerchant, type Id } from '../identity.js'
import { copyLiterals } from '../plain-object.js'
import type { Bills, V3Bills } from './api.js'
import type { BillContext } from './ask.js'
import type { V2Bills } from './v2.js'

/** The code behind the methods is loaded at the first call: most programs read no bills. */
export function createBills(context: BillContext, id: Id): Bills {
  const v3 = async (): Promise<V3Bills> => {
    assertMerchant(id, 'wxpay.bills', 'v3')
    return (await import('./v3.js')).createV3Bills(context)
  }
  const v2 = async (): Promise<V2Bills> => {
    assertMerchant(id, 'wxpay.bills.v2', 'v2')
    return (await import('./v2.js')).createV2Bills(context)
  }
  return Object.freeze({
    trade: deferred(async () => (await v3()).trade),
    fundflow: deferred(async () => (await v3()).fundflow),
    subMerchantFundflow: deferred(async () => (await v3()).subMerchantFundflow),
    ecommerceFundflow: deferred(async () => (await v3()).ecommerceFundflow),
    profitSharing: deferred(async () => (await v3()).profitSharing),
    v2: Object.freeze({
      trade: deferred(async () => (await v2()).trade),
      fundflow: deferred(async () => (await v2()).fundflow),
    }),
  } satisfies Bills)
}

type Method<Arguments extends unknown[], Result> = (...given: Arguments) => Promise<Result>

/** A method that is loaded when it is called. Its arguments are copied before, because the caller may change them meanwhile. */
function deferred<Arguments extends unknown[], Result>(
  load: () => Promise<Method<Arguments, Result>>,
): Method<Arguments, Result> {
  return async (...given) => {
    const copy = copyLiterals(given)
    const method = await load()
    return method(...copy)
  }
}
