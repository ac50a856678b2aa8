import { Command } from 'commander'
import { VERSION } from '../version.js'

const HELP = `
Configuration: flags, else the environment, else --config FILE with the options of new Wechatpay() as JSON.
  WXPAY_MCHID WXPAY_SERIAL WXPAY_PRIVATE_KEY WXPAY_CERTS WXPAY_APIV3_KEY WXPAY_SECRET WXPAY_MERCHANT_CERT
  WXPAY_BASE_URL
A brand has WXPAY_BRAND_ID and WXPAY_BRAND_API_KEY in place of WXPAY_MCHID and WXPAY_APIV3_KEY.
A key is the path of a file or PEM. Secrets are never printed.

Results go to standard output, words for people to standard error.
Exit codes: 0 done; 1 the API or a check said no; 2 wrong usage or configuration; 130 interrupted.

Start here: wxpay doctor`

interface CommandEntry {
  readonly summary: string
  /** Gives a command its description, arguments, options and action. */
  readonly define: (command: Command) => Promise<Command>
}

/** The commands. The file of each is loaded when the command is used, and not to list it. */
const COMMANDS: Readonly<Record<string, CommandEntry>> = {
  call: {
    summary: 'call an endpoint and print its answer',
    define: async (command) => (await import('./call.js')).callCommand(command),
  },
  routes: {
    summary: 'search the documented endpoints, offline',
    define: async (command) => (await import('./routes/routes.js')).routesCommand(command),
  },
  bulk: {
    summary: 'one call for each row of a table',
    define: async (command) => (await import('./bulk/bulk.js')).bulkCommand(command),
  },
  bill: {
    summary: 'download a bill, checked against its digest',
    define: async (command) => (await import('./bill.js')).billCommand(command),
  },
  certs: {
    summary: 'list and save the platform keys',
    define: async (command) => (await import('./certs.js')).certsCommand(command),
  },
  notify: {
    summary: 'verify a notification, or send one to a receiver',
    define: async (command) => (await import('./notify.js')).notifyCommand(command),
  },
  doctor: {
    summary: 'find what is wrong with keys, clock and network',
    define: async (command) => (await import('./doctor/doctor.js')).doctorCommand(command),
  },
  emulator: {
    summary: 'run a local WeChat Pay',
    define: async (command) => (await import('./emulator.js')).emulatorCommand(command),
  },
  completion: {
    summary: 'print a completion script for a shell',
    define: async (command) => (await import('./completion.js')).completionCommand(command),
  },
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
  for (const [name, { summary, define }] of Object.entries(COMMANDS)) {
    const command = program.command(name).summary(summary)
    if (words.includes(name)) await define(command)
  }
  return program
}
