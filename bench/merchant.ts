/** Who calls whom: what a gateway process prints once it listens, and every contender is made from. */
export interface Merchant {
  readonly mchid: string
  readonly serial: string
  /** PEM. */
  readonly privateKey: string
  /** One platform public key by its id, as PEM. */
  readonly certs: Readonly<Record<string, string>>
  readonly baseURL: string
}

export const CARD_ID = 'pbLatjvWOibDc5-TBnbUk1pD12o0'
export const IMPORT_PATH: string = `/v3/marketing/membercard-open/cards/${CARD_ID}/users/import`

/** The body of a member-card import; every call has a number of its own. */
export function importBody(number: string): { openid: string; code: string; out_request_no: string } {
  return { openid: 'obLatjrR8kUDlj4-nofQsPAJAAFI', code: '478515832665', out_request_no: number }
}
