import { createSecretKey } from 'node:crypto'
import { expect, it } from 'vitest'
import { encryptAesGcm } from '../../../lib/crypto/index.js'
import { VerificationError } from '../../../lib/index.js'
import { decryptList } from '../../../lib/protocols/v3/certificate-list.js'

it('a list of certificates that holds something else is not to be trusted', () => {
  const key = createSecretKey(Buffer.alloc(32, 'k'))
  const nonce = 'n'.repeat(12)
  const ciphertext = encryptAesGcm('no certificate', key, nonce, 'certificate')
  const encrypt_certificate = { nonce, associated_data: 'certificate', ciphertext }
  const list = () => decryptList({ data: [{ serial_no: 'AA', encrypt_certificate }] }, key)
  expect(list).toThrow(VerificationError)
  expect(list).toThrow('what is listed as AA is no certificate')
})
