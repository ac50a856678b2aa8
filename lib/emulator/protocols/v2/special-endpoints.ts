import { createHash, createPublicKey, type KeyObject } from 'node:crypto'
import type { Context } from '../../context.js'
import { decryptOaep } from '../../identity/encryption.js'
import { sharedRsaKey } from '../../identity/rsa-keys.js'
import type { Part } from '../protocol.js'
import { BusinessFailure } from './refusal.js'
import type { V2Fields } from './sign.js'

/** Returns the fields that a made-up response would get wrong. */
export type SpecialHandler = (fields: V2Fields, parts: readonly Part[], context: Context) => Promise<V2Fields>

const bankKey = (): Promise<KeyObject> => sharedRsaKey('bank card')

/** The APIv2 key of the sandbox. */
export function sandboxKey({ identity }: Context): string {
  return createHash('md5').update(`sandbox ${identity.merchant.secret}`).digest('hex')
}

/** The key that signs the requests to an endpoint and their responses. */
export function keyOf(template: string, context: Context): string {
  const inSandbox =
    /^v2\/(sandboxnew|xdc\/apiv2sandbox)\//.test(template) && !template.endsWith('/getsignkey')
  return inSandbox ? sandboxKey(context) : context.identity.merchant.secret
}

const signKey: SpecialHandler = async (_fields, _parts, context) => ({ sandbox_signkey: sandboxKey(context) })

/** The public key in PKCS#1, as the platform gives it out. */
const publicKey: SpecialHandler = async () => {
  const pem = createPublicKey(await bankKey()).export({ type: 'pkcs1', format: 'pem' })
  return { pub_key: pem.toString() }
}

const payBank: SpecialHandler = async (fields) => {
  const key = await bankKey()
  for (const name of ['enc_bank_no', 'enc_true_name']) {
    try {
      decryptOaep(fields[name] ?? '', key)
    } catch {
      throw new BusinessFailure('PARAM_ERROR', `${name}解密失败`)
    }
  }
  return {}
}

const uploadMedia: SpecialHandler = async ({ media_hash }, parts) => {
  const file = parts.find(({ name }) => name === 'media')
  if (!file) throw new BusinessFailure('PARAM_ERROR', '缺少图片')
  if (createHash('md5').update(file.body).digest('hex') !== media_hash) {
    throw new BusinessFailure('PARAM_ERROR', '图片摘要不匹配')
  }
  return {}
}

export const SPECIAL_HANDLERS: Readonly<Record<string, SpecialHandler>> = {
  'v2/sandboxnew/pay/getsignkey': signKey,
  'v2/xdc/apiv2getsignkey/sign/getsignkey': signKey,
  'v2/risk/getpublickey': publicKey,
  'v2/mmpaysptrans/pay_bank': payBank,
  'v2/secapi/mch/uploadmedia': uploadMedia,
}
