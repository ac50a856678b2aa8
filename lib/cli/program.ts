import { Command } from 'commander'
import { withoutKeys } from '../printable.js'
import { VERSION } from '../version.js'
import { LANGUAGE, words } from './language.js'

const VARIABLES = `
  WXPAY_MCHID WXPAY_SERIAL WXPAY_PRIVATE_KEY WXPAY_CERTS WXPAY_APIV3_KEY WXPAY_SECRET WXPAY_MERCHANT_CERT
  WXPAY_BASE_URL WXPAY_INSECURE_HOSTS`

const HELP = words(
  `
Configuration: flags, else the environment, else --config FILE with the options of new Wechatpay() as JSON.${VARIABLES}
Requests that leave out an app or a notify_url get those of WXPAY_APPID and WXPAY_NOTIFY_URL.
A brand has WXPAY_BRAND_ID and WXPAY_BRAND_API_KEY in place of WXPAY_MCHID and WXPAY_APIV3_KEY.
A key is the path of a file or PEM. Secrets are never printed.

Results go to standard output, words for people to standard error.
Exit codes: 0 done; 1 the API or a check said no; 2 wrong usage or configuration; 130 interrupted.

wxpay is short for wechatpay-fluent; where another package installs a wxpay, use the long name.
Start here: wechatpay-fluent doctor`,
  `
配置依次取自命令行参数、环境变量、--config FILE（JSON，内容为 new Wechatpay() 的选项）。${VARIABLES}
请求里没写 appid 或 notify_url 的，取 WXPAY_APPID、WXPAY_NOTIFY_URL。
品牌以 WXPAY_BRAND_ID、WXPAY_BRAND_API_KEY 代替 WXPAY_MCHID、WXPAY_APIV3_KEY。
密钥写文件路径或 PEM 内容；密钥从不打印。

结果输出到标准输出，给人看的文字输出到标准错误。
退出码：0 完成；1 接口或检查不通过；2 用法或配置有误；130 被中断。

wxpay 是 wechatpay-fluent 的短名；若另有软件包也安装了 wxpay，请用长名。
从这里开始：wechatpay-fluent doctor`,
)

interface CommandModule {
  /** Gives a command its description, arguments, options and action. */
  readonly defineCommand: (command: Command) => Command
}

/** The commands with their summaries. The file of each is loaded when the command is used, and not to list it. */
const COMMANDS: Readonly<Record<string, readonly [summary: string, load: () => Promise<CommandModule>]>> = {
  call: [words('call an endpoint and print its answer', '调用一个接口，打印应答'), () => import('./call.js')],
  routes: [
    words('search the documented endpoints, offline', '离线搜索全部接口'),
    () => import('./routes/routes.js'),
  ],
  bulk: [
    words('one call for each row of a table', '批量任务：表格每行调用一次'),
    () => import('./bulk/bulk.js'),
  ],
  bill: [
    words('download a bill, checked against its digest', '下载账单，并核对摘要'),
    () => import('./bill.js'),
  ],
  certs: [
    words('list and save the platform keys', '列出、保存微信支付公钥和平台证书'),
    () => import('./certs.js'),
  ],
  notify: [
    words('verify a notification, or send one to a receiver', '对回调通知验签，或向接收方发送一条通知'),
    () => import('./notify.js'),
  ],
  doctor: [
    words('find what is wrong with keys, clock and network', '检查密钥、时钟和网络哪里有误'),
    () => import('./doctor/doctor.js'),
  ],
  emulator: [words('run a local WeChat Pay', '在本机运行微信支付模拟器'), () => import('./emulator.js')],
  migrate: [
    words('rewrite programs of other packages for this one', '把使用其他软件包的程序改写过来'),
    () => import('./migrate/migrate.js'),
  ],
  completion: [
    words('print a completion script for a shell', '打印 shell 的补全脚本'),
    () => import('./completion.js'),
  ],
}

/** The program. The commands that `names` has are defined; the others have only a name and a summary. */
export async function createProgram(names: readonly string[]): Promise<Command> {
  const displayHelp = words('display help for command', '显示帮助')
  const program = new Command('wechatpay-fluent')
    .description(
      words(
        'The command line of wechatpay-fluent: the whole WeChat Pay OpenAPI.',
        'wechatpay-fluent 的命令行：微信支付的全部接口。',
      ),
    )
    .version(VERSION, '-V, --version', words('output the version number', '显示版本号'))
    .helpOption('-h, --help', displayHelp)
    .helpCommand('help [command]', displayHelp)
    .showHelpAfterError(
      words(
        '(wechatpay-fluent --help lists commands, wechatpay-fluent COMMAND --help options)',
        '（wechatpay-fluent --help 列出全部命令，wechatpay-fluent COMMAND --help 列出选项）',
      ),
    )
    .addHelpText('after', HELP)
    // Without this a command would take the options of its subcommand for its own.
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(withoutKeys(text)) })
  if (LANGUAGE === 'zh') (await import('./chinese-help.js')).speakChinese(program)
  for (const [name, [summary, load]] of Object.entries(COMMANDS)) {
    const command = program.command(name).summary(summary)
    if (names.includes(name)) (await load()).defineCommand(command)
  }
  return program
}
