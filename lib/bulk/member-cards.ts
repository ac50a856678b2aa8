import type { BulkOptions } from './options.js'

/** Which card {@link memberCardJob} imports members of. */
export interface MemberCardOptions {
  /** The card whose members are imported. */
  readonly cardId: string
}

const PATH = 'v3/marketing/membercard-open/cards/{card_id}/users/import'

/** The names that merchants give the columns of their members. */
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  'json.openid': ['openid', '用户openid', '微信openid', '会员openid', '用户标识'],
  'json.code': [
    'code',
    '卡号',
    '会员卡号',
    '会员号',
    '会员编号',
    '卡code',
    'cardno',
    'cardnumber',
    'membernumber',
  ],
  'json.out_request_no': ['outrequestno', '请求号', '请求单号', '商户请求单号', '商户请求号', 'requestno'],
}

/**
 * The job that imports members of a card, to be spread into the options of {@link runBulk}:
 * `runBulk({ client, input, ...memberCardJob({ cardId }) })`.
 */
export function memberCardJob({
  cardId,
}: MemberCardOptions): Pick<BulkOptions, 'method' | 'path' | 'set' | 'aliases'> {
  return { method: 'post', path: PATH, set: { card_id: cardId }, aliases: ALIASES }
}
