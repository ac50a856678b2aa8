import { join } from 'node:path'
import { InvalidArgumentError } from 'commander'
import type { EmulatorOptions, FaultScript, PlatformMode } from '../emulator/index.js'
import { STATE_FILE, TOKEN_VARIABLE } from './emulator-config.js'
import { readMerchants } from './emulator-merchants.js'
import { readJson } from './input.js'
import { words } from './language.js'

/** The flags that say how an emulator behaves. */
export interface EmulatorOptionFlags {
  readonly port: number
  readonly host: string
  readonly https?: boolean
  readonly seed?: string
  readonly storage?: string
  readonly keep: boolean
  /** The time at which its clock starts, in milliseconds. */
  readonly clock?: number
  readonly retryScale?: number
  readonly faults?: string
  readonly platform?: PlatformMode
  /** A file. */
  readonly merchants?: string
  readonly allowNotify?: readonly string[]
}

/** The options of an emulator that keeps its state in a folder. */
export function emulatorOptions(flags: EmulatorOptionFlags, folder: string): EmulatorOptions {
  const { port, host, https, seed, storage, keep, allowNotify } = flags
  const { clock, retryScale, faults, platform, merchants } = flags
  // One that is empty is as good as absent: compose files write it so.
  const token = process.env[TOKEN_VARIABLE] || undefined
  return {
    ...{ port, host },
    ...(https && { https }),
    ...(seed !== undefined && { seed }),
    ...(keep && { storage: storage ?? join(folder, STATE_FILE) }),
    ...(clock !== undefined && { clock: { to: clock } }),
    ...(retryScale !== undefined && { retryScale }),
    ...(platform && { platform }),
    ...(merchants !== undefined && { merchants: readMerchants(merchants) }),
    ...(faults !== undefined && { faults: scriptsOf(faults) }),
    control: { ...(token && { token }), ...(allowNotify && { allowNotify }) },
  }
}

/** What the platform may sign with. */
export const PLATFORMS: readonly PlatformMode[] = ['public-key', 'certificates', 'switching']

/** One failure, or a list of them. */
function scriptsOf(text: string): readonly FaultScript[] {
  return [readJson(text, '--faults')].flat() as readonly FaultScript[]
}

/** The parser of a flag whose value is a time. */
export function toTime(text: string): number {
  const time = Date.parse(text)
  if (!Number.isNaN(time)) return time
  throw new InvalidArgumentError(
    words(
      'It must be a time, such as 2025-01-01T00:00:00+08:00.',
      '必须是时间，如 2025-01-01T00:00:00+08:00。',
    ),
  )
}

/** The parser of a flag that may come more than once. */
export const collect = (text: string, before: readonly string[] = []): readonly string[] => [...before, text]
