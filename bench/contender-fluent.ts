import { Wechatpay } from './built.js'
import type { Call } from './contender.js'
import { CARD_ID, importBody, type Merchant } from './merchant.js'

/** This package, as its README shows it. */
export function createFluent({ mchid, serial, privateKey, certs, baseURL }: Merchant): Call {
  return importWith(new Wechatpay({ mchid, serial, privateKey, certs, baseURL }))
}

/** The same calls through the axios instance, as soon as somebody has asked for it. */
export function createFluentInstance({ mchid, serial, privateKey, certs, baseURL }: Merchant): Call {
  const wxpay = new Wechatpay({ mchid, serial, privateKey, certs, baseURL })
  wxpay.client.v3.interceptors.request.use((config) => config)
  return importWith(wxpay)
}

function importWith(wxpay: InstanceType<typeof Wechatpay>): Call {
  return async (number) => {
    const { data } = await wxpay.v3.marketing.membercardOpen.cards._card_id_.users.import.post({
      card_id: CARD_ID,
      json: importBody(number),
    })
    return data.code
  }
}
