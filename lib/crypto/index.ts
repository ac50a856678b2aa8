export { decryptAesEcb, decryptAesGcm, encryptAesEcb, encryptAesGcm, type SecretInput } from './aes.js'
export {
  type AuthorizationParts,
  authorization,
  canonicalRequest,
  canonicalResponse,
  nonce,
  type SignedRequest,
  type SignedResponse,
} from './canonical.js'
export { hmacSign, md5Sign, type SignParams } from './hash.js'
export { type KeyInput, loadPrivateKey, loadPublicKey } from './keys.js'
export { decryptOaep, encryptOaep, sign, signAsync, verify } from './rsa.js'
export { decodeXml, encodeXml, type XmlFields, type XmlValue } from './xml.js'
