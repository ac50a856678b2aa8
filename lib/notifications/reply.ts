import { encodeXml } from '../v2/xml.js'
import { type Acknowledgement, SUCCESS } from './ack.js'

/** What is answered to a notification. */
export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const XML = 'text/xml; charset=utf-8'
const JSON_TYPE = 'application/json; charset=utf-8'

/**
 * The notification was received: it does not come again.
 *
 * @see https://pay.weixin.qq.com/doc/v3/merchant/4012075420
 */
export function accept(xml: boolean, ack: Acknowledgement = { code: SUCCESS }): Reply {
  if (!xml) return { status: 200, headers: { 'Content-Type': JSON_TYPE }, body: JSON.stringify(ack) }
  const body = encodeXml({ return_code: SUCCESS, return_msg: 'OK' })
  return { status: 200, headers: { 'Content-Type': XML }, body }
}

/** The notification was not taken. That is all a stranger gets to know. */
export function refuse(status: number, xml: boolean, ack: Acknowledgement = { code: 'FAIL' }): Reply {
  const headers = {
    'Content-Type': xml ? XML : JSON_TYPE,
    ...(status === 405 && { Allow: 'POST' }),
    ...(status === 408 && { Connection: 'close' }),
  }
  return { status, headers, body: xml ? encodeXml({ return_code: 'FAIL' }) : JSON.stringify(ack) }
}
