import type { AxiosRequestConfig } from 'axios'
import type { SecretInput } from './crypto/aes.js'
import type { KeyInput } from './crypto/keys.js'
import type { ClientCertificate, PemCertificate } from './protocols/v2/client-certificate.js'
import type { Store } from './store.js'
import type { TrustedAuthorities } from './transport/agents.js'

/** What every client is made from, beside any default of axios (`timeout`, `baseURL`, `httpsAgent`, `proxy` …). */
export interface CommonOptions
  extends Omit<
    AxiosRequestConfig,
    | 'url'
    | 'method'
    | 'params'
    | 'data'
    | 'auth'
    | 'maxRedirects'
    | 'validateStatus'
    | 'responseType'
    | 'signal'
  > {
  /** PEM of the authorities to trust in place of Node's: those of an emulator, or of a gateway of your own. */
  readonly ca?: TrustedAuthorities
  /**
   * Hosts that may be asked over `http://`, by name and without the port: `['emulator']` for one in a container. Without it,
   * only this machine may.
   */
  readonly insecureHosts?: readonly string[]
  /** Further access points, tried when the first cannot be reached: `['https://api2.wechatpay.cn']`. */
  readonly failover?: readonly string[]
  /** Milliseconds for a call with all its repeats; `timeout` is for each attempt. */
  readonly deadline?: number
  /**
   * What requests get where they leave it out and the endpoint documents a field for it. The merchant id needs no default: it is
   * the client's own.
   */
  readonly defaults?: RequestDefaults
  /**
   * Checks every request against the catalogue before it is sent: required fields, types, limits, and names that are not
   * documented. A call may say otherwise.
   */
  readonly validate?: boolean
}

/** What requests get where they leave it out. */
export interface RequestDefaults {
  /** The app that pays and is paid through: `appid`, of a partner `sp_appid`, of a combined order `combine_appid`. */
  readonly appid?: string
  /** Where WeChat Pay sends notifications: an address that it can reach, without a query. */
  readonly notify_url?: string
}

/** What the client of a merchant is made from: it calls APIv3 and APIv2. */
export interface MerchantOptions extends CommonOptions {
  /** Merchant id, as digits. */
  readonly mchid: string
  /** Serial number of the merchant certificate, in hexadecimal. {@link CertifiedOptions} have that certificate in its place. */
  readonly serial: string
  /** Private key of the merchant certificate, RSA or SM2: PEM text, bytes, `file://` URL or `KeyObject`. */
  readonly privateKey: KeyInput
  /**
   * Platform public keys (`PUB_KEY_ID_…`) and certificates (by serial number), in any mix. Without it, the
   * platform certificates are downloaded and kept fresh, which takes `apiv3Key`; with both, a certificate that it lacks is
   * downloaded when an answer or a notification names it.
   */
  readonly certs?: Readonly<Record<string, KeyInput>>
  /** APIv3 key, 32 bytes: decrypts notifications and platform certificates. */
  readonly apiv3Key?: SecretInput
  /** APIv2 key, 32 bytes: signs APIv2 messages. */
  readonly secret?: SecretInput
  /** Client certificate of the APIv2 endpoints that ask for one. */
  readonly merchant?: ClientCertificate
  /** Secret of the payment application in WeCom: makes `workwx_sign`. */
  readonly workwxSecret?: string
  /** Where processes share downloaded platform certificates: a Keyv, or whatever has its `get` and `set`. */
  readonly store?: Store
  /** A brand has a client of its own: {@link BrandOptions}. */
  readonly brandId?: never
  readonly brandApiKey?: never
}

/** What the client of a merchant without a private key is made from: it calls APIv2 alone. */
export interface V2Options extends CommonOptions, NoBrand {
  /** Merchant id, as digits. */
  readonly mchid: string
  /** APIv2 key, 32 bytes: signs APIv2 messages. */
  readonly secret: SecretInput
  /** Client certificate of the APIv2 endpoints that ask for one, with its key. */
  readonly merchant?: ClientCertificate
  /** Secret of the payment application in WeCom: makes `workwx_sign`. */
  readonly workwxSecret?: string
  /** They belong to the options of APIv3: {@link MerchantOptions}. */
  readonly serial?: never
  readonly privateKey?: never
  readonly certs?: never
  readonly apiv3Key?: never
  readonly store?: never
}

/** What a client is made from that receives notifications, and calls nothing. */
export type ReceivingOptions = ReceivingBase & (V3Keys | V2Key)

/** What receives notifications of APIv3, and those of APIv2 as well where the APIv2 key is given. */
interface V3Keys {
  /** Platform public keys (`PUB_KEY_ID_…`) and certificates (by serial number): they verify notifications. */
  readonly certs: Readonly<Record<string, KeyInput>>
  /** APIv3 key, 32 bytes: decrypts notifications. */
  readonly apiv3Key: SecretInput
  /** APIv2 key, 32 bytes: verifies those of APIv2. */
  readonly secret?: SecretInput
}

/** What receives notifications of APIv2 alone. */
interface V2Key {
  /** APIv2 key, 32 bytes: verifies notifications of APIv2. */
  readonly secret: SecretInput
  readonly certs?: never
  readonly apiv3Key?: never
}

interface ReceivingBase extends CommonOptions, NoBrand {
  /** Who calls needs an id: {@link MerchantOptions}. */
  readonly mchid?: never
  readonly serial?: never
  readonly privateKey?: never
  readonly merchant?: never
  readonly workwxSecret?: never
  readonly store?: never
}

/** A brand has a client of its own: {@link BrandOptions}. */
interface NoBrand {
  readonly brandId?: never
  readonly brandApiKey?: never
}

/** What the client of a merchant is made from where `merchant.cert` gives the serial number. */
export interface CertifiedOptions extends Omit<MerchantOptions, 'serial' | 'merchant'> {
  readonly serial?: never
  /** The merchant certificate, which is the client certificate of APIv2, too. */
  readonly merchant: PemCertificate
}

/**
 * What the client of a brand is made from: it calls `/brand/…`, and nothing else.
 *
 * @see https://pay.weixin.qq.com/doc/brand/4015736390
 */
export interface BrandOptions extends CommonOptions {
  /** Brand id, as digits. */
  readonly brandId: string
  /** Serial number of the brand API certificate, in hexadecimal. */
  readonly serial: string
  /** Private key of that certificate: PEM text, bytes, `file://` URL or `KeyObject`. */
  readonly privateKey: KeyInput
  /**
   * WeChat Pay public key of the brand by its id (`PUB_KEY_ID_…`): verifies answers and notifications, and encrypts
   * fields. There are no certificates to download in its place.
   */
  readonly certs: Readonly<Record<string, KeyInput>>
  /** Brand API key (品牌API密钥), 32 characters: decrypts notifications. It is not the APIv3 key of a merchant. */
  readonly brandApiKey?: SecretInput
  /** A merchant has a client of its own: {@link MerchantOptions}. */
  readonly mchid?: never
  readonly apiv3Key?: never
  readonly secret?: never
  readonly merchant?: never
  readonly workwxSecret?: never
  readonly store?: never
}

/** What a client is made from: the options of one identity, never of two. */
export type WechatpayOptions =
  | MerchantOptions
  | CertifiedOptions
  | V2Options
  | ReceivingOptions
  | BrandOptions
