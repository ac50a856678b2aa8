import { decryptAesGcm } from '../../crypto/aes.js'
import { decryptSm4Gcm } from '../../crypto/sm4.js'

/** The algorithms by which WeChat Pay encrypts under the APIv3 key, by the names it gives them. */
export const AEAD: ReadonlyMap<unknown, typeof decryptAesGcm> = new Map([
  ['AEAD_AES_256_GCM', decryptAesGcm],
  ['AEAD_SM4_GCM', decryptSm4Gcm],
])
