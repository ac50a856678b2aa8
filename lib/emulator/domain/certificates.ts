import { beijingTime } from '../beijing-time.js'
import type { Context } from '../context.js'
import { encryptAesGcm } from '../identity/encryption.js'
import type { HandlerRouter } from '../routing/handler.js'
import { Refusal } from '../routing/refusal.js'

/** What the API says to a merchant that never had a certificate. https://pay.weixin.qq.com/doc/v3/merchant/4012153196 */
const NONE =
  '无可用的平台证书，请在商户平台-API安全申请使用微信支付公钥。可查看指引https://pay.weixin.qq.com/doc/v3/merchant/4012153196'
const ASSOCIATED_DATA = 'certificate'

/** The platform certificates, each encrypted under the APIv3 key, of a merchant that has them. */
export function addCertificates(router: HandlerRouter, { identity, nonces }: Context): void {
  router.add('GET', 'v3/certificates', async () => {
    const certificates = identity.certificates.listed()
    if (certificates.length === 0) throw new Refusal(404, 'RESOURCE_NOT_EXISTS', NONE)
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
