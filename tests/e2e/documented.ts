import { join } from 'node:path'
import { loadCatalogue } from '../../catalog/load.js'
import type { Endpoint } from '../../catalog/model.js'
import type { Wechatpay } from '../../lib/index.js'
import type { Rig } from './client.js'

/** Every endpoint of APIv3, those of brands included. */
export const endpoints: readonly Endpoint[] = loadCatalogue(
  join(import.meta.dirname, '../..'),
).endpoints.filter(({ api }) => api === 'v3')

/** Brands call these, as clients of their own. */
export const isForBrands = ({ modes }: Endpoint): boolean => modes?.includes('brand') === true

/** The client that may call an endpoint: a merchant's, or a brand's. */
export function callers(rig: Rig): (endpoint: Endpoint) => Wechatpay {
  let brand: Wechatpay | undefined
  return (endpoint) => {
    if (!isForBrands(endpoint)) return rig.wxpay
    brand ??= rig.brand()
    return brand
  }
}
