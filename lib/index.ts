export type * from '../types/index.js'
export type { WechatpayOptions } from './config.js'
export type { KeyInput } from './crypto/keys.js'
export {
  ApiError,
  type ClientErrorCode,
  ConfigError,
  type ErrorResponse,
  NetworkError,
  RequestError,
  VerificationError,
  type VerificationErrorCode,
  WechatpayError,
} from './errors.js'
export type { TrustedAuthorities } from './transport/agents.js'
export {
  type AttemptEvent,
  CALL_CHANNEL,
  type CallEvent,
  type ResponseEvent,
  type RetryEvent,
} from './transport/events.js'
export type { ClientCertificate } from './v2/client-certificate.js'
export { indexed } from './v2/indexed.js'
export type { PlatformCertificate, PlatformCertificates } from './v3/api.js'
export type { Store } from './v3/certificates.js'
export { Ciphertext, Sensitive, sensitive } from './v3/sensitive.js'
export { type Clients, Wechatpay } from './wechatpay.js'
