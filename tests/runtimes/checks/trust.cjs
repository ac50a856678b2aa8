'use strict'
const assert = require('node:assert/strict')
const { generateKeyPairSync } = require('node:crypto')
const { rejection } = require('../rig.cjs')

/** An answer that is broken like this is refused with that code. */
const refuses = (fault, code) => async (rig) => {
  rig.emulator.fail({ path: 'v3/certificates', fault })
  const error = await rejection(rig.wxpay.v3.certificates.get({ retry: false }))
  assert.ok(error instanceof rig.VerificationError, `${error}`)
  assert.equal(error.code, code)
}

exports.checks = {
  'a signature that the gateway refuses is an error that says so': async (rig) => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const stranger = rig.client({ privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }) })
    const error = await rejection(stranger.v3.certificates.get())
    assert.ok(error instanceof rig.ApiError)
    assert.deepEqual([error.status, error.code], [401, 'SIGN_ERROR'])
    assert.deepEqual(
      rig.emulator.requests.map(({ verified }) => verified),
      [false],
    )
  },
  'a forged answer is refused': refuses('forged-signature', 'SIGNATURE_INVALID'),
  'an answer changed by a byte is refused': refuses('tampered', 'SIGNATURE_INVALID'),
  'an unsigned answer is refused': refuses('unsigned', 'SIGNATURE_MISSING'),
  'an old answer is refused': refuses('stale', 'TIMESTAMP_INVALID'),
  'an unknown serial is refused': refuses('unknown-serial', 'SERIAL_UNKNOWN'),
  'platform certificates are downloaded, decrypted, used and rotated': async (rig) => {
    const wxpay = rig.client({ certs: undefined })
    await wxpay.v3.certificates.get()
    const [first] = await wxpay.certificates.list()
    assert.ok(first.serial in (await rig.emulator.certificates()))
    assert.ok(first.notAfter.getTime() > Date.now())
    const serial = await rig.emulator.rotate()
    await wxpay.certificates.refresh()
    await rig.emulator.retire()
    await wxpay.v3.certificates.get()
    assert.equal(rig.emulator.requests.at(-1).headers['wechatpay-serial'], serial)
  },
  'a certificate may be given in place of the public key': async (rig) => {
    const wxpay = rig.client({ certs: await rig.emulator.certificates() })
    assert.equal((await wxpay.v3.certificates.get()).status, 200)
  },
  'keys may be PEM, bytes or a KeyObject': async (rig) => {
    const { privateKey } = rig.emulator.merchant
    for (const key of [Buffer.from(privateKey), rig.crypto.loadPrivateKey(privateKey)]) {
      assert.equal((await rig.client({ privateKey: key }).v3.certificates.get()).status, 200)
    }
    assert.throws(() => rig.client({ privateKey: 'no key' }), rig.ConfigError)
  },
  'the functions of crypto are each other’s opposites': async ({ crypto }) => {
    const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const [message, key] = ['签名 message', 'k'.repeat(32)]
    for (const signature of [
      crypto.sign(message, pair.privateKey),
      await crypto.signAsync(message, pair.privateKey),
    ]) {
      assert.equal(crypto.verify(message, signature, pair.publicKey), true)
      assert.equal(crypto.verify(`${message}.`, signature, pair.publicKey), false)
    }
    const oaep = crypto.encryptOaep('张三', pair.publicKey)
    assert.equal(crypto.decryptOaep(oaep, pair.privateKey).toString(), '张三')
    assert.equal(crypto.md5Sign({ a: '1' }, key).length, 32)
    assert.equal(crypto.hmacSign({ a: '1' }, key).length, 64)
  },
}
