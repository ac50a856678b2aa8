import { Wechatpay } from './built.js'
import type { Call } from './contender.js'
import { CARD_ID, importBody, type Merchant } from './merchant.js'

/** This package, as its README shows it. */
export function createFluent({ mchid, serial, privateKey, certs, baseURL }: Merchant): Call {
  const wxpay = new Wechatpay({ mchid, serial, privateKey, certs, baseURL })
  return async (number) => {
    const { data } = await wxpay.v3.marketing.membercardOpen.cards._card_id_.users.import.post({
      card_id: CARD_ID,
      json: importBody(number),
    })
    return data.code
  }
}
