import { RequestError } from '../errors.js'
import { serializeQuery } from '../protocols/url.js'
import { readChoice, readFields } from './fields.js'
import type { PaySigning } from './signing.js'

/** A payment in a browser outside of WeChat. */
export interface H5Request {
  /** `h5_url` of the answer to the order. */
  readonly h5Url: string
  /** Where the browser goes from the payment. */
  readonly redirectUrl: string
}

/** A fixed QR code for a product. */
export interface NativeRequest {
  readonly appId: string
  /** The merchant's own name of the product: it comes back when the code is scanned. */
  readonly productId: string
  /** `MD5` when left out. */
  readonly signType?: 'MD5' | 'HMAC-SHA256'
}

/** Nothing of `h5_url` may change, so it is only added to. */
export function h5Link(request: H5Request): string {
  const method = 'paySign.h5'
  const { h5Url, redirectUrl } = readFields(method, request, {
    required: ['h5Url', 'redirectUrl'],
    optional: [],
  })
  const url = URL.canParse(h5Url) ? new URL(h5Url) : undefined
  if (url?.protocol !== 'https:' || url.search === '' || url.hash !== '') {
    throw new RequestError(`${method}: h5Url must be the h5_url that the order was answered with`)
  }
  if (url.searchParams.has('redirect_url')) {
    throw new RequestError(`${method}: h5Url has a redirect_url already`)
  }
  if (!/^https?:\/\//i.test(redirectUrl) || !URL.canParse(redirectUrl)) {
    throw new RequestError(`${method}: redirectUrl must be a whole URL, with https://`)
  }
  return `${h5Url}&${serializeQuery({ redirect_url: redirectUrl })}`
}

export function nativeLink(signing: PaySigning, request: NativeRequest): string {
  const method = 'paySign.native'
  const given = readFields(method, request, { required: ['appId', 'productId'], optional: ['signType'] })
  const signType = readChoice(method, 'signType', given.signType, ['MD5', 'HMAC-SHA256'])
  const { timestamp, nonce } = signing.stamp()
  const message = {
    appid: given.appId,
    mch_id: signing.mchid,
    nonce_str: nonce,
    product_id: given.productId,
    time_stamp: timestamp,
  }
  const sign = signing.fields(method, message, signType)
  return `weixin://wxpay/bizpayurl?${serializeQuery({ ...message, sign })}`
}
