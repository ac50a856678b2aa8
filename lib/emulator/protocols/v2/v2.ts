import type { Context } from '../../context.js'
import { findDocumentedRoute } from '../../routing/documented-routes.js'
import type { Protocol } from '../protocol.js'
import { createV2Notifications } from './notifications.js'
import { buildXml } from './xml.js'

/** The first segments of the other version's paths: those of v2 have no version in them. */
const V3_PATH = /^\/(v3|hk|global|brand)\//

/** APIv2: XML (or a query), signed with a shared key in the field `sign`. */
export function createV2(context: Context): Protocol {
  return {
    async owns(method, path) {
      if (V3_PATH.test(path)) return false
      const route = await findDocumentedRoute(method, path)
      return route?.target.startsWith('v2/') === true
    },
    // Loaded with the first request of v2.
    async receive(request) {
      const { receiveV2 } = await import('./exchange.js')
      return receiveV2(request, context)
    },
    async refuse(_incoming, { status, message }) {
      const body = Buffer.from(buildXml({ return_code: 'FAIL', return_msg: message }))
      return { status, headers: { 'Content-Type': 'text/xml; charset=utf-8' }, body }
    },
    notifications: createV2Notifications(context),
  }
}
