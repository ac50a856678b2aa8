import { UsageError } from './usage-error.js'

/** What the flags say of a bill. */
export interface BillParameters {
  readonly date: string
  readonly type?: string
  readonly account?: string
  readonly subMchid?: string
  readonly appid?: string
}

type Flag = Exclude<keyof BillParameters, 'date'>

/** The kinds of bills, and what each calls the flags that it takes. */
export const BILL_KINDS: Readonly<Record<string, Readonly<Partial<Record<Flag, string>>>>> = {
  trade: { type: 'bill_type', subMchid: 'sub_mchid' },
  fundflow: { account: 'account_type' },
  subMerchantFundflow: { account: 'account_type', subMchid: 'sub_mchid' },
  ecommerceFundflow: { account: 'account_type' },
  profitSharing: { subMchid: 'sub_mchid' },
  'v2.trade': { appid: 'appid', type: 'bill_type', subMchid: 'sub_mch_id' },
  'v2.fundflow': { appid: 'appid', account: 'account_type' },
}

const FLAGS: readonly Flag[] = ['type', 'account', 'subMchid', 'appid']
const SPELLED: Readonly<Record<Flag, string>> = {
  type: '--type',
  account: '--account',
  subMchid: '--sub-mchid',
  appid: '--appid',
}

/**
 * The bill's own parameters; it is sent zipped.
 *
 * @throws {UsageError} for a flag that this kind does not take.
 */
export function billRequest(kind: string, parameters: BillParameters): Readonly<Record<string, string>> {
  const names = BILL_KINDS[kind] ?? {}
  const given = FLAGS.filter((flag) => parameters[flag] !== undefined)
  const stray = given.find((flag) => names[flag] === undefined)
  if (stray) throw new UsageError(`a ${kind} bill takes no ${SPELLED[stray]}`)
  return {
    bill_date: parameters.date,
    tar_type: 'GZIP',
    ...Object.fromEntries(given.map((flag) => [names[flag], parameters[flag]])),
  }
}
