export type { ClockChange } from './control/clock.js'
export type { Receipt, SignedNotification } from './control/deliver.js'
export type { Delivery, DeliveryAttempt } from './control/delivery-list.js'
export type { Fault, FaultScript } from './control/faults.js'
export type { RateLimit } from './control/limits.js'
export type { NotificationFault, NotificationScript } from './control/notification-faults.js'
export type { RecordedAnswer, RecordedRequest } from './control/recorder.js'
export type { FaultHandle } from './control/rule-list.js'
export type { Diagnosis } from './diagnosis/diagnosis.js'
export type { ComplaintRequest } from './domain/complaints.js'
export type { Member } from './domain/member-cards.js'
export { createEmulator } from './emulator.js'
export type { EmulatorBrand } from './identity/brand.js'
export type { EmulatorMerchant } from './identity/identity.js'
export type { BrandIdentity, MerchantIdentity, SubMerchant } from './identity/merchant-options.js'
export type { PlatformMode, PlatformOptions } from './identity/platform-keys.js'
export type {
  Control,
  ControlOptions,
  Emulator,
  EmulatorOptions,
  OfMerchant,
  ResourceOf,
  SignerOptions,
} from './interface.js'
export type { Confirmation, Discount, OutcomeTime, Payment, PaymentOutcome, TransferEnd } from './outcomes.js'
export type { RefusalDetail } from './routing/refusal.js'
