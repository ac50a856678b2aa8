import { Command } from 'commander'
import type { WechatpayOptions } from '../index.js'
import { addClientOptions, type ClientFlags, clientOptions, keyOf } from './config.js'
import { checkCertificate, checkClientCertificate } from './doctor-certificate.js'
import { checkKeys, checkSecrets } from './doctor-keys.js'
import { checkNetwork } from './doctor-network.js'
import type { Finding } from './finding.js'
import { print, printJson, style, table } from './output.js'
import { UsageError } from './usage-error.js'

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

export function doctorCommand(): Command {
  const command = new Command('doctor')
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
  const findings: Finding[] = [
    ...checkKeys(options),
    ...certificateFindings(options, keyOf(cert)),
    ...checkSecrets(options),
    checkClientCertificate(options),
  ]
  if (!offline) findings.push(...(await checkNetwork(options)))
  if (json) printJson(findings)
  else print(describe(findings))
  const faults = findings.filter(({ state }) => state === 'bad').length
  if (faults > 0) throw new Error(`${faults} of ${findings.length} checks failed`)
}

/** The client certificate of APIv2 is the merchant's own. */
function certificateFindings(options: WechatpayOptions, cert: string | undefined): Finding[] {
  if (cert !== undefined) return checkCertificate(cert, options)
  const { merchant } = options
  return merchant && 'cert' in merchant ? checkCertificate(merchant.cert, options, merchant.key) : []
}

/** Below what is wrong stands what to do about it. */
function describe(findings: readonly Finding[]): string {
  const lines = table(
    findings.map(({ state, what, found }) => [style(COLOURS[state], MARKS[state]), what, found]),
  )
  return lines
    .split('\n')
    .flatMap((line, index) => [line, ...(findings[index]?.fix ? [`   → ${findings[index].fix}`] : [])])
    .join('\n')
}
