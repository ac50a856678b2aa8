import { join } from 'node:path'
import { type Command, Option } from 'commander'
import type { Emulator } from '../emulator/index.js'
import {
  CONFIG_FORMATS,
  type ConfigFormat,
  DEFAULT_FOLDER,
  type EmulatorClient,
  makeFolder,
  TOKEN_VARIABLE,
  tokenLine,
  writeKeys,
} from './emulator-config.js'
import { addEmulatorOptions, type EmulatorOptionFlags, emulatorOptions } from './emulator-options.js'
import { UsageError } from './input.js'
import { words } from './language.js'
import { formatColumns } from './layout.js'
import { note, print, style } from './output.js'

interface EmulatorFlags extends EmulatorOptionFlags {
  readonly dir: string
  readonly brand?: boolean
  readonly mchid?: string
  readonly print: ConfigFormat
  readonly json?: boolean
}

const HELP = words(
  `
Examples:
  wechatpay-fluent emulator                           then paste the exports into another shell
  wechatpay-fluent emulator --print dotenv > .env     and node --env-file=.env app.js
  wechatpay-fluent emulator --print json > shop.json  and wechatpay-fluent certs --config shop.json
  wechatpay-fluent emulator --host 0.0.0.0 --allow-notify app    beside a service app of docker-compose

What its page does, tests in any language do by HTTP: /_emulator/openapi.json describes it. From other machines that
takes the token, which is printed, and is that of ${TOKEN_VARIABLE} where it is set.
Its keys are files in --dir, readable for their owner alone. They and all orders are there again in the next run;
keep the folder out of version control. Ctrl-C ends it.`,
  `
示例：
  wechatpay-fluent emulator                           再把打印的 export 粘贴到另一个 shell
  wechatpay-fluent emulator --print dotenv > .env     再运行 node --env-file=.env app.js
  wechatpay-fluent emulator --print json > shop.json  再运行 wechatpay-fluent certs --config shop.json
  wechatpay-fluent emulator --host 0.0.0.0 --allow-notify app    与 docker-compose 的 app 服务并列

模拟器页面能做的，任何语言的测试都能通过 HTTP 做到，见 /_emulator/openapi.json。从其他机器访问需要令牌：启动时
打印；设置了 ${TOKEN_VARIABLE} 时就是它。
密钥保存在 --dir 里，仅本人可读；密钥和订单下次运行时仍在，请勿把该文件夹提交到版本库。Ctrl-C 结束。`,
)

export function defineCommand(command: Command): Command {
  command.description(
    words(
      'Run a local WeChat Pay: no contract, no money, a page to watch it.',
      '在本机运行微信支付模拟器：无需签约，不动资金，可在网页上查看。',
    ),
  )
  return addEmulatorOptions(command)
    .option(
      '--dir <folder>',
      words('where keys and state are kept between runs', '保存密钥和状态的文件夹'),
      DEFAULT_FOLDER,
    )
    .addOption(
      new Option('--print <format>', words('how the configuration is printed', '配置的打印格式'))
        .choices(Object.keys(CONFIG_FORMATS))
        .default('env'),
    )
    .option(
      '--mchid <id>',
      words(
        'print the configuration of that merchant (default: the first)',
        '打印该商户的配置（默认：第一个）',
      ),
    )
    .option(
      '--brand',
      words(
        'print the configuration of its brand in place of that of its merchant',
        '打印品牌的配置，而不是商户的',
      ),
    )
    .option('--json', words('the same as --print json', '同 --print json'))
    .addHelpText('after', HELP)
    .action(run)
}

async function run(flags: EmulatorFlags): Promise<void> {
  const { dir, host, keep, json } = flags
  const { createEmulator } = await import('../emulator/index.js')
  const folder = makeFolder(dir)
  const options = emulatorOptions(flags, folder)
  const emulator = await createEmulator(options).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(describeFailure(error, flags))
  })
  const client = clientOf(emulator, flags)
  if (!client) {
    await emulator.close()
    throw new UsageError(
      words(
        `--mchid ${flags.mchid}: there is no such merchant; there can be with --merchants`,
        `--mchid ${flags.mchid}：没有该商户；可用 --merchants 添加`,
      ),
    )
  }
  const ended = interrupted()
  note(describeStart(emulator, folder, { host, keep }))
  const format = json ? 'json' : flags.print
  // Files have the same names for all merchants.
  const keys = flags.mchid === undefined ? folder : makeFolder(join(folder, flags.mchid))
  print(CONFIG_FORMATS[format](writeKeys(client, keys)))
  const line = tokenLine(format, emulator.control.token)
  if (line !== undefined) print(line)
  await ended
  await emulator.close()
  note(words('ended', '已结束'))
}

/** What people are told of an emulator that has started. */
function describeStart(
  { url, control }: Emulator,
  folder: string,
  { host, keep }: Pick<EmulatorFlags, 'host' | 'keep'>,
): string {
  const { stderr } = process
  const title = words(
    'WeChat Pay emulator: this is not WeChat Pay, and no money moves.',
    '微信支付模拟器：这不是真正的微信支付，不动资金。',
  )
  const { token } = control
  const description = `${control.url}/openapi.json`
  const rows = [
    [words('page and API', '页面与接口'), style('cyan', url, stderr)],
    [words('control', '控制接口'), words(`${description}, token ${token}`, `${description}，令牌 ${token}`)],
    ...(isLoopback(host)
      ? []
      : [['', words('from other machines the page is at /?token=… of it', '从其他机器访问页面：/?token=…')]]),
    [words('keys in', '密钥位于'), folder + (keep ? words(', kept between runs', '，下次运行时仍在') : '')],
  ]
  const lines = formatColumns(
    rows.map(([name = '', ...cells]) => [`  ${name}`, ...cells]),
    [],
    Number.POSITIVE_INFINITY,
  )
  return `${style('bold', title, stderr)}\n${lines}\n  ${words('Ctrl-C ends it', 'Ctrl-C 结束')}\n`
}

/** The options of the client whose configuration is printed; `undefined` when there is no such merchant. */
function clientOf(emulator: Emulator, { brand, mchid }: EmulatorFlags): EmulatorClient | undefined {
  if (brand) return emulator.brand
  return mchid === undefined ? emulator.merchant : emulator.merchants.find((one) => one.mchid === mchid)
}

/** Whether no other machine reaches an address. */
const isLoopback = (host: string): boolean => /^(localhost|127\..*|::1)$/.test(host)

/** Why the emulator does not start, and what to do about it. */
function describeFailure(
  { code = '', message }: NodeJS.ErrnoException,
  { port, host }: Pick<EmulatorFlags, 'port' | 'host'>,
): string {
  if (code === 'EADDRINUSE') {
    return words(
      `port ${port} of ${host} is taken, perhaps by an emulator that runs already: end that one, or choose another port (--port 0 takes a free one)`,
      `${host} 的端口 ${port} 已被占用，可能已有模拟器在运行：请结束它，或换一个端口（--port 0 使用空闲端口）`,
    )
  }
  if (code === 'EACCES') {
    return words(
      `port ${port} of ${host} may not be used: choose one above 1023`,
      `没有权限使用 ${host} 的端口 ${port}：请选择大于 1023 的端口`,
    )
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return words(`--host ${host} is no address of this machine`, `--host ${host} 不是本机的地址`)
  }
  return message
}

/** The time between looks at whether npm is still there, in milliseconds. */
const LOOK_FOR_NPM = 200

/**
 * Resolves on Ctrl-C or SIGTERM, and when the npm that runs this is gone: it ends its shell on SIGTERM, and the signal goes
 * no further. Ending an emulator is no failure, so the exit code is 0.
 */
function interrupted(): Promise<void> {
  return new Promise((end) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => end())
    const parent = process.ppid
    // Without npm, an emulator may well outlive the shell that started it.
    if (process.env.npm_command === undefined) return
    const look = setInterval(() => {
      if (process.ppid === parent) return
      clearInterval(look)
      end()
    }, LOOK_FOR_NPM).unref()
  })
}
