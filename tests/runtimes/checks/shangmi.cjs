'use strict'
const assert = require('node:assert/strict')
const { getCiphers } = require('node:crypto')

/** The public key and the signature in the example of GB/T 32918.5. */
const PUBLIC_KEY =
  'MFkwEwYHKoZIzj0CAQYIKoEcz1UBgi0DQgAECfnfMR5UIaFQ3X0WHkvFxnIXn60YM/wHa7CP81bzUCDM6kkM4md1pS3G6nGMwapgCu0F+/NeCEpmMvYHLamtEw=='
const SIGNATURE =
  'MEYCIQD1oDsGSNLEYw7qxRPhu4GhWUTaOCfVt0FDrH6s7ucgswIhALG2qinfIS/YdjGCvA1CHKG7kDj9H39C1IQLacSFu8Gq'
/** What openssl encrypts with SM4 under this APIv3 key. */
const CIPHERTEXT = 'aABcNWHi5okYCJb72YUsYnhUO/5M6Q=='
const APIV3_KEY = 'a'.repeat(32)

const isNode = !process.versions.bun && !globalThis.Deno

exports.checks = {
  'SM2 signatures are verified, or the key is refused by name': ({ crypto }) => {
    const verify = (message) => crypto.verify(message, SIGNATURE, PUBLIC_KEY)
    if (isNode) assert.deepEqual([verify('message digest'), verify('another')], [true, false])
    else
      assert.throws(() => verify('message digest'), {
        code: 'KEY_INVALID',
        message: /SM2 key, and \w+ .* has no SM2/,
      })
  },
  'SM4-GCM is decrypted, or what lacks it is named': ({ crypto }) => {
    const decrypt = () => crypto.decryptSm4Gcm(CIPHERTEXT, APIV3_KEY, 'n'.repeat(12), 'transaction')
    if (getCiphers().includes('sm4-gcm')) assert.equal(decrypt(), '国密')
    else assert.throws(decrypt, { code: 'CONFIG_INVALID', message: /SM4-GCM, which \w+/ })
  },
}
