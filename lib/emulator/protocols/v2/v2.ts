import type { Context } from '../../context.js'
import { findDocumentedRoute, isV3Path } from '../../routing/documented-routes.js'
import type { Protocol } from '../protocol.js'
import { createV2Notifications } from './notifications.js'
import { buildXml } from './xml.js'

/** APIv2: XML (or a query), signed with a shared key in the field `sign`. */
export function createV2(context: Context): Protocol {
  return {
    async owns(method, path) {
      if (isV3Path(path)) return false
      const route = await findDocumentedRoute(method, path)
      return route?.target.startsWith('v2/') === true
    },
    // The rest of v2 is loaded with its first request.
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
