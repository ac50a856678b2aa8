import type { Call } from './contender.js'
import { CARD_ID, importBody, type Merchant } from './merchant.js'
import { createPeer } from './peer.js'

/** wechatpay-axios-plugin, as its README shows it. */
export function createPlugin({ mchid, serial, privateKey, certs, baseURL }: Merchant): Call {
  const wxpay = createPeer({ mchid, serial, privateKey, certs, baseURL })
  return async (number) => {
    const endpoint = wxpay.v3?.marketing?.membercardOpen?.cards?.$card_id$?.users?.import
    const answer = await endpoint?.post(importBody(number), { card_id: CARD_ID })
    return answer?.data.code
  }
}
