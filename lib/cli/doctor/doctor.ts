import type { Command } from 'commander'
import { keyInput } from '../../config-sources.js'
import type { WechatpayOptions } from '../../index.js'
import { addClientOptions, type ClientFlags, clientOptions } from '../config.js'
import { UsageError } from '../input.js'
import { formatColumns } from '../layout.js'
import { print, printJson, style } from '../output.js'
import {
  checkCertificate,
  checkClientCertificate,
  checkIdentity,
  checkSecrets,
  withSerial,
} from './check-keys.js'
import { checkNetwork } from './check-network.js'
import type { CheckResult } from './check-result.js'

interface DoctorFlags extends ClientFlags {
  readonly cert?: string
  readonly offline?: boolean
  readonly json?: boolean
}

const MARKS = { good: '✓', bad: '✗', unknown: '–' } as const
const COLOURS = { good: 'green', bad: 'red', unknown: 'dim' } as const

const isBad = ({ state }: CheckResult): boolean => state === 'bad'

const HELP = `
✓ is right, ✗ is wrong, – could not be told or is not needed everywhere. The exit code is 1 when anything is wrong.
Of the API it asks GET v3/certificates, which changes nothing.`

export function defineCommand(command: Command): Command {
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

async function run(flags: DoctorFlags): Promise<void> {
  const options = withSerial(clientOptions(flags))
  if (options.brandId !== undefined) {
    throw new UsageError('doctor looks at the configuration of a merchant, not at that of a brand')
  }
  const results = await runChecks(options, flags)
  if (flags.json) printJson(results)
  else print(describe(results))
  const faults = results.filter(isBad).length
  if (faults > 0) throw new Error(`${faults} of ${results.length} checks failed`)
}

/** Runs the checks; one that a fault found before would make fail as well is left out, so that a cause shows once. */
async function runChecks(options: WechatpayOptions, { cert, offline }: DoctorFlags): Promise<CheckResult[]> {
  const identity = checkIdentity(options)
  if (!identity.some(isBad)) identity.push(...checkCertificates(options, keyInput(cert)))
  const secrets = checkSecrets(options)
  const isWhole = !identity.some(isBad)
  const results = [...identity, ...(isWhole ? [checkClientCertificate(options)] : []), ...secrets]
  if (offline) return results
  const hasKey = secrets.some(({ what, state }) => what === 'apiv3Key' && state === 'good')
  const canSign = isWhole && (hasKey || options.certs !== undefined)
  // A signed call needs none of these, and one that is wrong has been found by now.
  const signing = {
    ...options,
    secret: undefined,
    merchant: undefined,
    ...(!hasKey && { apiv3Key: undefined }),
  }
  return [...results, ...(await checkNetwork(signing as WechatpayOptions, canSign))]
}

/** Checks the certificate of `--cert`, or else the client certificate of APIv2, which is the same. */
function checkCertificates(options: WechatpayOptions, cert: string | undefined): CheckResult[] {
  if (cert !== undefined) return checkCertificate(cert, options)
  const { merchant } = options
  return merchant && 'cert' in merchant ? checkCertificate(merchant.cert, options) : []
}

/** The results as lines; below one that is wrong stands what to do about it. */
function describe(results: readonly CheckResult[]): string {
  const lines = formatColumns(
    results.map(({ state, what, found }) => [style(COLOURS[state], MARKS[state]), what, found]),
  )
  return lines
    .split('\n')
    .flatMap((line, index) => [line, ...(results[index]?.fix ? [`   → ${results[index].fix}`] : [])])
    .join('\n')
}
