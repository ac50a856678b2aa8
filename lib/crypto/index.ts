export { decryptAesEcb, decryptAesGcm, encryptAesEcb, encryptAesGcm, type SecretInput } from './aes.js'
export {
  type AuthorizationParts,
  type AuthorizationScheme,
  authorization,
  canonicalRequest,
  canonicalResponse,
  nonce,
  type SignedRequest,
  type SignedResponse,
} from './canonical.js'
export { hmacSign, md5Sign, type SignParams } from './hash.js'
export { type KeyInput, loadPrivateKey, loadPublicKey } from './keys.js'
export { decryptOaep, encryptOaep } from './rsa.js'
export { sign, signAsync, verify } from './sign.js'
export { decryptSm4Gcm, encryptSm4Gcm } from './sm4.js'
export { decodeXml, encodeXml, type XmlFields, type XmlValue } from './xml.js'
