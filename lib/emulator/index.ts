export type { Receipt } from './delivery.js'
export {
  createEmulator,
  type Emulator,
  type EmulatorOptions,
  type Payment,
  type SignerOptions,
} from './emulator.js'
export type { Fault, FaultHandle, FaultScript } from './faults.js'
export type { EmulatorMerchant } from './identity.js'
export type { ResourceOf, SignedNotification } from './notifications.js'
export type { RecordedRequest } from './recorder.js'
export type { RefusalDetail } from './refusal.js'
