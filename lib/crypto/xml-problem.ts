import { WechatpayError } from '../errors.js'

/** A document that is not taken in; the message says why, and quotes nothing of it. */
export class XmlProblem extends WechatpayError {
  constructor(message: string) {
    super(message, { code: 'XML_INVALID' })
    this.name = 'WechatpayError'
  }
}

/** As large a document is read, in bytes of UTF-8. A message of v2 has a few kilobytes. */
export const MAX_XML_BYTES: number = 1024 * 1024
