import { beijingTime } from '../beijing-time.js'
import type { Context } from '../context.js'
import { encryptAesGcm } from '../identity/encryption.js'
import type { HandlerRouter } from '../routing/handler.js'

const ASSOCIATED_DATA = 'certificate'

/** The platform certificates, each encrypted under the APIv3 key. */
export function addCertificates(router: HandlerRouter, { identity, nonces }: Context): void {
  router.add('GET', 'v3/certificates', async () => {
    const certificates = await identity.certificates()
    const data = certificates.map(({ id, pem, notBefore, notAfter }) => {
      const nonce = nonces.text(12)
      return {
        serial_no: id,
        effective_time: beijingTime(notBefore.getTime()),
        expire_time: beijingTime(notAfter.getTime()),
        encrypt_certificate: {
          algorithm: 'AEAD_AES_256_GCM',
          nonce,
          associated_data: ASSOCIATED_DATA,
          ciphertext: encryptAesGcm(pem, identity.merchant.apiv3Key, nonce, ASSOCIATED_DATA),
        },
      }
    })
    return { status: 200, body: { data } }
  })
}
