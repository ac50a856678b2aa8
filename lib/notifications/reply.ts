import { type Acknowledgement, SUCCESS } from './ack.js'

/** What is answered to a notification. */
export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const XML = 'text/xml; charset=utf-8'
/** They are always the same, so nothing has to be encoded. */
const ACCEPTED = '<xml><return_code>SUCCESS</return_code><return_msg>OK</return_msg></xml>'
const REFUSED = '<xml><return_code>FAIL</return_code></xml>'
const JSON_TYPE = 'application/json; charset=utf-8'

/**
 * The notification was received: it does not come again.
 *
 * @see https://pay.weixin.qq.com/doc/v3/merchant/4012075420
 */
export function accept(xml: boolean, ack: Acknowledgement = { code: SUCCESS }): Reply {
  if (!xml) return { status: 200, headers: { 'Content-Type': JSON_TYPE }, body: JSON.stringify(ack) }
  return { status: 200, headers: { 'Content-Type': XML }, body: ACCEPTED }
}

/** The notification was not taken. That is all a stranger gets to know. */
export function refuse(status: number, xml: boolean, ack: Acknowledgement = { code: 'FAIL' }): Reply {
  const headers = {
    'Content-Type': xml ? XML : JSON_TYPE,
    ...(status === 405 && { Allow: 'POST' }),
    ...(status === 408 && { Connection: 'close' }),
  }
  return { status, headers, body: xml ? REFUSED : JSON.stringify(ack) }
}
