import type { Command } from 'commander'
import type { WechatpayOptions } from '../../index.js'
import { addClientOptions, type ClientFlags, clientOptions, keyInput } from '../config.js'
import { UsageError } from '../input.js'
import { print, printJson, style, table } from '../output.js'
import { checkCertificate, checkClientCertificate, checkKeys, checkSecrets } from './check-keys.js'
import { checkNetwork } from './check-network.js'
import type { CheckResult } from './check-result.js'

interface DoctorFlags extends ClientFlags {
  readonly cert?: string
  readonly offline?: boolean
  readonly json?: boolean
}

const MARKS = { good: '✓', bad: '✗', unknown: '–' } as const
const COLOURS = { good: 'green', bad: 'red', unknown: 'dim' } as const

const HELP = `
✓ is right, ✗ is wrong, – could not be told or is not needed everywhere. The exit code is 1 when anything is wrong.
Of the API it asks GET v3/certificates, which changes nothing.`

export function doctorCommand(command: Command): Command {
  command
    .description(
      'Check keys, certificates, clock and network of a merchant, and say how to mend what is wrong.',
    )
    .option('--cert <file>', 'apiclient_cert.pem, to compare with serial number and key')
    .option('--offline', 'check only what needs no network')
    .option('--json', 'as JSON')
    .addHelpText('after', HELP)
  return addClientOptions(command).action(run)
}

async function run({ cert, offline, json, ...flags }: DoctorFlags): Promise<void> {
  const options = clientOptions(flags)
  if (options.brandId !== undefined) {
    throw new UsageError('doctor looks at the configuration of a merchant, not at that of a brand')
  }
  const results: CheckResult[] = [
    ...checkKeys(options),
    ...checkCertificates(options, keyInput(cert)),
    ...checkSecrets(options),
    checkClientCertificate(options),
  ]
  if (!offline) results.push(...(await checkNetwork(options)))
  if (json) printJson(results)
  else print(describe(results))
  const faults = results.filter(({ state }) => state === 'bad').length
  if (faults > 0) throw new Error(`${faults} of ${results.length} checks failed`)
}

/** Checks the certificate of `--cert`, or else the client certificate of APIv2, which is the same. */
function checkCertificates(options: WechatpayOptions, cert: string | undefined): CheckResult[] {
  if (cert !== undefined) return checkCertificate(cert, options)
  const { merchant } = options
  return merchant && 'cert' in merchant ? checkCertificate(merchant.cert, options, merchant.key) : []
}

/** The results as lines; below one that is wrong stands what to do about it. */
function describe(results: readonly CheckResult[]): string {
  const lines = table(
    results.map(({ state, what, found }) => [style(COLOURS[state], MARKS[state]), what, found]),
  )
  return lines
    .split('\n')
    .flatMap((line, index) => [line, ...(results[index]?.fix ? [`   → ${results[index].fix}`] : [])])
    .join('\n')
}
