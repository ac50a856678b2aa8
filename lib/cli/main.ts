#!/usr/bin/env node
import { Command, CommanderError } from 'commander'
import { VERSION } from '../version.js'
import { billCommand } from './bill.js'
import { callCommand } from './call.js'
import { certsCommand } from './certs.js'
import { completionCommand } from './completion.js'
import { doctorCommand } from './doctor.js'
import { emulatorCommand } from './emulator.js'
import { notifyCommand } from './notify.js'
import { routesCommand } from './routes.js'

const HELP = `
Configuration: flags, else WXPAY_MCHID WXPAY_SERIAL WXPAY_PRIVATE_KEY WXPAY_CERTS WXPAY_APIV3_KEY
WXPAY_SECRET WXPAY_BASE_URL, else --config FILE (JSON of the options of new Wechatpay()).

Results go to standard output, words for people to standard error.
Exit codes: 0 done; 1 the API or a check said no; 2 wrong usage or configuration; 130 interrupted.`

async function program(): Promise<Command> {
  const { bulkCommand } = await import('./bulk.js')
  const all = new Command('wxpay')
    .description('The command line of wechatpay-fluent: the whole WeChat Pay OpenAPI')
    .version(VERSION)
    .showSuggestionAfterError()
    .showHelpAfterError('(wxpay --help lists commands and options)')
    .addHelpText('after', HELP)
    .exitOverride()
  const commands = [
    ...[callCommand(), certsCommand(), billCommand(), notifyCommand(), doctorCommand()],
    ...[emulatorCommand(), routesCommand(), bulkCommand(), completionCommand(all)],
  ]
  for (const command of commands) all.addCommand(command.exitOverride())
  return all
}

async function main(): Promise<number> {
  try {
    const all = await program()
    await all.parseAsync()
    return Number(process.exitCode ?? 0)
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    const { report } = await import('./failure.js')
    return report(error)
  }
}

void main().then((code) => {
  process.exitCode = code
})
