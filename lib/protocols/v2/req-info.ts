import { createHash, type KeyObject } from 'node:crypto'
import { decryptAesEcb } from '../../crypto/aes.js'
import { decodeXml, type XmlFields } from '../../crypto/xml.js'

/**
 * The fields of `req_info`, which a v2 refund notification carries encrypted: AES-256-ECB under the lower-case hex
 * MD5 of the APIv2 key.
 *
 * @throws {RequestError} code `DECRYPTION_FAILED` when it was encrypted under another key.
 * @throws {XmlProblem} when what was encrypted is no document.
 */
export function decryptReqInfo(reqInfo: string, secret: KeyObject): XmlFields {
  const key = createHash('md5').update(secret.export()).digest('hex')
  return decodeXml(decryptAesEcb(reqInfo, key))
}
