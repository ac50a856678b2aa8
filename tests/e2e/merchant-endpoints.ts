import { join } from 'node:path'
import { loadCatalogue } from '../../catalog/load.js'
import type { Endpoint } from '../../catalog/model.js'

/** Brands call these, as clients of their own; a merchant's client does not. */
const FOR_BRANDS = 'brand/'

/** Every endpoint of APIv3 that a merchant or a partner calls. */
export const merchantEndpoints: readonly Endpoint[] = loadCatalogue(
  join(import.meta.dirname, '../..'),
).endpoints.filter(({ api, template }) => api === 'v3' && !template.startsWith(FOR_BRANDS))
