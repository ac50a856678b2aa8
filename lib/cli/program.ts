import { Command } from 'commander'
import { VERSION } from '../version.js'
import { addCommands } from './commands.js'

const HELP = `
Configuration: flags, else the environment, else --config FILE with the options of new Wechatpay() as JSON.
  WXPAY_MCHID WXPAY_SERIAL WXPAY_PRIVATE_KEY WXPAY_CERTS WXPAY_APIV3_KEY WXPAY_SECRET WXPAY_MERCHANT_CERT
  WXPAY_BASE_URL; of a brand WXPAY_BRAND_ID and WXPAY_BRAND_API_KEY in place of WXPAY_MCHID and WXPAY_APIV3_KEY
A key is the path of a file or PEM. Secrets are never printed.

Results go to standard output, words for people to standard error.
Exit codes: 0 done; 1 the API or a check said no; 2 wrong usage or configuration; 130 interrupted.

Start here: wxpay doctor`

/** The program, with those of its commands loaded that `words` name. */
export async function createProgram(words: readonly string[]): Promise<Command> {
  const program = new Command('wxpay')
    .description('The command line of wechatpay-fluent: the whole WeChat Pay OpenAPI.')
    .version(VERSION)
    .showHelpAfterError('(wxpay --help lists commands, wxpay COMMAND --help options)')
    .addHelpText('after', HELP)
    // Else a command would take for itself what follows the name of a command below it.
    .enablePositionalOptions()
    .exitOverride()
  await addCommands(program, words)
  return program
}
