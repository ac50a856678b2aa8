import { join } from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { EmulatorOptions, FaultScript, PlatformMode } from '../emulator/index.js'
import { STATE_FILE, TOKEN_VARIABLE } from './emulator-config.js'
import { readMerchants } from './emulator-merchants.js'
import { readJson, toNumber } from './input.js'
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

/** Adds the flags of {@link emulatorOptions} to a command. */
export function addEmulatorOptions(command: Command): Command {
  return addBehaviourOptions(addPlatformOptions(command))
}

/** Adds the flags that say where the platform is, who its merchants are, and what it signs with. */
function addPlatformOptions(command: Command): Command {
  return command
    .option(
      '--port <number>',
      words('where it listens; 0 is a free one', '监听的端口；0 为任意空闲端口'),
      toPort,
      4010,
    )
    .option(
      '--host <address>',
      words(
        'other machines can reach it unless it is a loopback address',
        '监听的地址；不是回环地址时，其他机器也能访问',
      ),
      '127.0.0.1',
    )
    .option(
      '--https',
      words('serve HTTPS, with a certificate of its own authority', '使用 HTTPS，证书由自己的 CA 签发'),
    )
    .option(
      '--seed <text>',
      words('make ids, numbers and secrets the same in every run', '使 ID、单号和密钥在每次运行时都相同'),
    )
    .option(
      '--merchants <file>',
      words(
        'merchants of your own: [{"mchid":"1900000555"}, …]',
        '自定义的商户：[{"mchid":"1900000555"}, …]',
      ),
    )
    .addOption(new Option('--platform <mode>', words('what it signs with', '用什么签名')).choices(PLATFORMS))
}

function addBehaviourOptions(command: Command): Command {
  return command
    .option(
      '--clock <time>',
      words(
        'where its clock starts, such as 2025-01-01T00:00:00+08:00',
        '时钟的起点，如 2025-01-01T00:00:00+08:00',
      ),
      toTime,
    )
    .option(
      '--retry-scale <number>',
      words('factor of the waits before a notification is sent again', '通知重发间隔的倍数'),
      toNumber,
    )
    .option(
      '--faults <json>',
      words(
        'failures from the start: {"path":"*","status":500}, a list, @file or -',
        '启动时就有的故障：{"path":"*","status":500}、列表、@文件或 -',
      ),
    )
    .option(
      '--allow-notify <host>',
      words(
        'a host beyond this machine to notify; may come more than once',
        '允许通知的外部主机；可多次给出',
      ),
      collect,
    )
    .option(
      '--storage <file>',
      words(
        `where its state is kept (default: ${STATE_FILE} in --dir)`,
        `保存状态的文件（默认：--dir 里的 ${STATE_FILE}）`,
      ),
    )
    .option('--no-keep', words('forget all that happened at the end', '结束时不保留任何状态'))
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
const PLATFORMS: readonly PlatformMode[] = ['public-key', 'certificates', 'switching']

/** One failure, or a list of them. */
function scriptsOf(text: string): readonly FaultScript[] {
  return [readJson(text, '--faults')].flat() as readonly FaultScript[]
}

/** The parser of a flag whose value is a time. */
function toTime(text: string): number {
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
const collect = (text: string, before: readonly string[] = []): readonly string[] => [...before, text]

function toPort(text: string): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port < 65_536) return port
  throw new InvalidArgumentError(words('It must be a number from 0 to 65535.', '必须是 0 到 65535 的数字。'))
}
