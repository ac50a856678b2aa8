export type * from '../types/index.js'
export type { Bill, BillAnnouncement, BillOptions } from './bills/bill.js'
export type {
  BillDate,
  BillRequest,
  Bills,
  EcommerceFundflowBillRequest,
  FundflowBillRequest,
  ProfitSharingBillRequest,
  SubMerchantFundflowBillRequest,
  TradeBillRequest,
  V2Bills,
  V2FundflowBillRequest,
  V2TradeBillRequest,
} from './bills/bills.js'
export type { BadBillRow } from './bills/errors.js'
export type { FundflowRow, FundflowSummary } from './bills/fundflow.js'
export type { ProfitSharingRow, ProfitSharingSummary } from './bills/profit-sharing.js'
export { type BillBytes, type BillKind, type ReadableBill, readBill } from './bills/read-bill.js'
export type { TradeRow, TradeSummary } from './bills/trade.js'
export type { Clients } from './calls.js'
export type { SecretInput } from './crypto/aes.js'
export type { KeyInput } from './crypto/keys.js'
export type { AnnouncedDigest, Download, DownloadOptions } from './download.js'
export {
  ApiError,
  type ClientErrorCode,
  ConfigError,
  type ErrorResponse,
  type ErrorResponseHead,
  NetworkError,
  RequestError,
  VerificationError,
  type VerificationErrorCode,
  WechatpayError,
} from './errors.js'
export type {
  BadCode,
  CheckName,
  CheckOptions,
  Finding,
  FindingCode,
  FindingState,
  FindingValues,
  GoodCode,
  UnknownCode,
} from './health/finding.js'
export { fen, yuan } from './money.js'
export type {
  NotificationEvent,
  UndocumentedEventType,
  UndocumentedNotification,
} from './notifications/event.js'
export type { FetchReceiver } from './notifications/fetch.js'
export type {
  AcknowledgementOf,
  AnyNotificationHandler,
  HandlerContext,
  NotificationHandler,
  NotificationHandlers,
} from './notifications/handlers.js'
export type { NodeReceiver, NodeRequest, NodeResponse } from './notifications/node.js'
export type { ReceivedNotification } from './notifications/parse.js'
export { NOTIFICATION_CHANNEL, type NotificationReceipt } from './notifications/receipts.js'
export type { NotificationReceiver } from './notifications/receiver.js'
export type { ReceiverOptions } from './notifications/receiver-options.js'
export type { NotificationHeaders, RawBody } from './notifications/request.js'
export type {
  BrandOptions,
  CertifiedOptions,
  MerchantOptions,
  ReceivingOptions,
  RequestDefaults,
  V2Options,
  WechatpayOptions,
} from './option-types.js'
export { paginate } from './paginate.js'
export type { PaySign } from './pay-sign/api.js'
export type {
  CouponRequest,
  CouponsParameters,
  CouponsRequest,
  CouponUrlRequest,
  SendCouponParameter,
} from './pay-sign/coupons.js'
export type {
  AppParameters,
  AppPaymentRequest,
  H5Request,
  JsapiParameters,
  NativeRequest,
  PaymentRequest,
} from './pay-sign/payments.js'
export type {
  ScoreDetailParameters,
  ScoreDetailRequest,
  ScoreEnableParameters,
  ScoreEnableRequest,
  ScoreParameters,
  ScoreRequest,
} from './pay-sign/score.js'
export type { PaySignType } from './pay-sign/sign.js'
export {
  type AttemptEvent,
  CALL_CHANNEL,
  type CallEvent,
  type ResponseEvent,
  type RetryEvent,
} from './pipeline/events.js'
export type { ClientCertificate, PemCertificate, PemInput } from './protocols/v2/client-certificate.js'
export { indexed } from './protocols/v2/indexed.js'
export type { PlatformCertificate, PlatformCertificates } from './protocols/v3/platform-certificates.js'
export { Ciphertext, Sensitive, sensitive } from './protocols/v3/sensitive.js'
export type { Store } from './store.js'
export type { TrustedAuthorities } from './transport/agents.js'
export { Wechatpay } from './wechatpay.js'
