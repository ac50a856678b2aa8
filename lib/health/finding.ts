import type { PemInput } from '../protocols/v2/client-certificate.js'

/** What a finding is about, the same in every language. Options are looked at under their own names. */
export type CheckName =
  | 'options'
  | 'mchid'
  | 'brandId'
  | 'serial'
  | 'privateKey'
  | 'certs'
  | 'apiv3Key'
  | 'brandApiKey'
  | 'secret'
  /** The certificate of merchant or brand, compared with the options. */
  | 'certificate'
  /** The client certificate of APIv2. */
  | 'merchant'
  | 'network'
  | 'clock'
  /** Whether the API takes a signed request, which proves `serial` and `privateKey`. */
  | 'signature'
  /** Whether the answer can be verified, which proves `certs`. */
  | 'answer'
  /** Whether the API lets this merchant call it. */
  | 'permission'
  /** Whether `apiv3Key` decrypts what the API encrypts. */
  | 'decryption'
  /** Whether the API takes a signed request of APIv2, which proves `secret`. */
  | 'v2 signature'
  /** Whether notifications can be received. */
  | 'notifications'

/** What is right. */
export type GoodCode =
  | 'ID_GIVEN'
  | 'SERIAL_GIVEN'
  | 'PRIVATE_KEY_LOADED'
  | 'SM2_KEY_LOADED'
  | 'PUBLIC_KEY_LOADED'
  | 'CERTIFICATE_IN_FORCE'
  | 'CERTIFICATE_FITS'
  | 'CLIENT_CERTIFICATE_LOADED'
  | 'LENGTH_RIGHT'
  | 'HOST_REACHED'
  | 'CLOCK_RIGHT'
  | 'SIGNATURE_ACCEPTED'
  | 'ANSWER_VERIFIED'
  | 'DECRYPTED'
  | 'V2_SIGNATURE_ACCEPTED'

/** What is not needed everywhere, could not be told, or is not wrong yet. */
export type UnknownCode =
  | 'APIV3_KEY_ABSENT'
  | 'BRAND_API_KEY_ABSENT'
  | 'SECRET_ABSENT'
  | 'CLIENT_CERTIFICATE_ABSENT'
  | 'CERTIFICATE_EXPIRES_SOON'
  | 'CERTIFICATE_FOR_LATER'
  | 'HOST_OPTIONAL'
  | 'CLOCK_UNTOLD'
  | 'NOT_TRIED'
  | 'NOTHING_TO_DECRYPT'
  | 'V2_SIGNATURE_UNTOLD'
  | 'NOTIFICATION_NEEDED'
  | 'RATE_LIMITED'

/** What is wrong, one code for each cause. */
export type BadCode =
  | 'OPTIONS_INVALID'
  | 'MCHID_MISSING'
  | 'MCHID_INVALID'
  | 'MCHID_UNKNOWN'
  | 'ID_OF_ANOTHER'
  | 'BRAND_ID_INVALID'
  | 'SERIAL_MISSING'
  | 'SERIAL_INVALID'
  | 'SERIAL_UNKNOWN'
  | 'PRIVATE_KEY_MISSING'
  | 'PRIVATE_KEY_INVALID'
  | 'PRIVATE_KEY_SHORT'
  | 'PRIVATE_KEY_OF_ANOTHER'
  | 'CERTS_MISSING'
  | 'CERTS_INVALID'
  | 'CERTS_OWN'
  | 'CERTS_MISLABELLED'
  | 'CERTS_EXPIRED'
  | 'CERTS_NOT_YET_VALID'
  | 'CERTS_ID_WRONG'
  | 'CERTS_LACK_KEY'
  | 'CERTS_KEY_WRONG'
  | 'CERTS_NEEDED'
  | 'SECRET_LENGTH_WRONG'
  | 'APIV3_KEY_WRONG'
  | 'SECRET_WRONG'
  | 'CERTIFICATE_INVALID'
  | 'CERTIFICATE_EXPIRED'
  | 'CERTIFICATE_NOT_YET_VALID'
  | 'CERTIFICATE_OF_ANOTHER_MCHID'
  | 'CERTIFICATE_OF_ANOTHER_SERIAL'
  | 'CERTIFICATE_OF_ANOTHER_KEY'
  | 'CERTIFICATE_OF_ANOTHER'
  | 'CLIENT_CERTIFICATE_INVALID'
  | 'HOST_UNKNOWN'
  | 'HOST_UNREACHABLE'
  | 'PROXY_FAILED'
  | 'TLS_UNTRUSTED'
  | 'NOT_WECHATPAY'
  | 'CLOCK_AHEAD'
  | 'CLOCK_BEHIND'
  | 'CLOCK_WRONG'
  | 'SIGNATURE_REFUSED'
  | 'PERMISSION_DENIED'
  | 'ANSWER_INVALID'
  | 'API_REFUSED'
  | 'API_UNAVAILABLE'
  | 'NO_ANSWER'

/** What was found, as an identifier to switch on, the same in every language. */
export type FindingCode = GoodCode | UnknownCode | BadCode

export type FindingState = 'good' | 'bad' | 'unknown'

/** The parts of a finding that its texts are made with: ids, days, seconds, the words of the API. Never a key or a secret. */
export type FindingValues = Readonly<Record<string, string | number>>

/** What one check found. */
export interface Finding {
  /** What was looked at. `certs` and `network` may come several times, once for each key and host. */
  readonly check: CheckName
  /** `unknown` could not be told, or is not needed everywhere; it is no fault. */
  readonly state: FindingState
  readonly code: FindingCode
  /** What was found, in words. */
  readonly found: string
  /** What to do about it; there is one wherever `state` is `bad`. */
  readonly fix?: string
  /** What `found` and `fix` are made with. */
  readonly values?: FindingValues
}

/** How `wxpay.check()` looks. */
export interface CheckOptions {
  /** Whether to leave out what needs the network. */
  readonly offline?: boolean
  /** Ends the check, which then rejects with a `NetworkError`, code `ABORTED`. */
  readonly signal?: AbortSignal
  /** The language of `found` and `fix`; English when absent. */
  readonly language?: 'en' | 'zh'
  /** `apiclient_cert.pem`, to compare with id, serial number and key; `merchant.cert` when absent. */
  readonly certificate?: PemInput
}

/** A finding without its words. */
export interface Fact {
  readonly check: CheckName
  readonly state: FindingState
  readonly code: FindingCode
  readonly values: FindingValues
}

export const good = (check: CheckName, code: GoodCode, values: FindingValues = {}): Fact => ({
  ...{ check, state: 'good', code, values },
})
export const unknown = (check: CheckName, code: UnknownCode, values: FindingValues = {}): Fact => ({
  ...{ check, state: 'unknown', code, values },
})
export const bad = (check: CheckName, code: BadCode, values: FindingValues = {}): Fact => ({
  ...{ check, state: 'bad', code, values },
})
export const isBad = ({ state }: Fact): boolean => state === 'bad'
