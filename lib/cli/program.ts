import { Command } from 'commander'
import { withoutKeys } from '../printable.js'
import { VERSION } from '../version.js'

const HELP = `
Configuration: flags, else the environment, else --config FILE with the options of new Wechatpay() as JSON.
  WXPAY_MCHID WXPAY_SERIAL WXPAY_PRIVATE_KEY WXPAY_CERTS WXPAY_APIV3_KEY WXPAY_SECRET WXPAY_MERCHANT_CERT
  WXPAY_BASE_URL WXPAY_INSECURE_HOSTS
A brand has WXPAY_BRAND_ID and WXPAY_BRAND_API_KEY in place of WXPAY_MCHID and WXPAY_APIV3_KEY.
A key is the path of a file or PEM. Secrets are never printed.

Results go to standard output, words for people to standard error.
Exit codes: 0 done; 1 the API or a check said no; 2 wrong usage or configuration; 130 interrupted.

wxpay is short for wechatpay-fluent; where another package installs a wxpay, use the long name.
Start here: wxpay doctor`

interface CommandModule {
  /** Gives a command its description, arguments, options and action. */
  readonly defineCommand: (command: Command) => Command
}

/** The commands with their summaries. The file of each is loaded when the command is used, and not to list it. */
const COMMANDS: Readonly<Record<string, readonly [summary: string, load: () => Promise<CommandModule>]>> = {
  call: ['call an endpoint and print its answer', () => import('./call.js')],
  routes: ['search the documented endpoints, offline', () => import('./routes/routes.js')],
  bulk: ['one call for each row of a table', () => import('./bulk/bulk.js')],
  bill: ['download a bill, checked against its digest', () => import('./bill.js')],
  certs: ['list and save the platform keys', () => import('./certs.js')],
  notify: ['verify a notification, or send one to a receiver', () => import('./notify.js')],
  doctor: ['find what is wrong with keys, clock and network', () => import('./doctor/doctor.js')],
  emulator: ['run a local WeChat Pay', () => import('./emulator.js')],
  completion: ['print a completion script for a shell', () => import('./completion.js')],
}

/** The program. The commands that `words` name are defined; the others have only a name and a summary. */
export async function createProgram(words: readonly string[]): Promise<Command> {
  const program = new Command('wxpay')
    .description('The command line of wechatpay-fluent: the whole WeChat Pay OpenAPI.')
    .version(VERSION)
    .showHelpAfterError('(wxpay --help lists commands, wxpay COMMAND --help options)')
    .addHelpText('after', HELP)
    // Without this a command would take the options of its subcommand for its own.
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(withoutKeys(text)) })
  for (const [name, [summary, load]] of Object.entries(COMMANDS)) {
    const command = program.command(name).summary(summary)
    if (words.includes(name)) (await load()).defineCommand(command)
  }
  return program
}
