import { Command } from 'commander'
import { addClientOptions, type ClientFlags, clientOptions, keyOf } from './config.js'
import { checkCertificateFile, checkKeys, checkSecrets, type Finding } from './doctor-keys.js'
import { checkNetwork } from './doctor-network.js'
import { print, printJson, style, table } from './output.js'

interface DoctorFlags extends ClientFlags {
  readonly cert?: string
  readonly offline?: boolean
  readonly json?: boolean
}

const MARKS = { good: '✓', bad: '✗', unknown: '–' } as const
const COLOURS = { good: 'green', bad: 'red', unknown: 'dim' } as const

export function doctorCommand(): Command {
  const command = new Command('doctor')
    .description('Check keys, certificates, clock and network, and say how to mend what is wrong')
    .option('--cert <file>', 'the merchant certificate (apiclient_cert.pem), to compare with serial and key')
    .option('--offline', 'check only what needs no network')
    .option('--json', 'as JSON')
  return addClientOptions(command).action(run)
}

async function run({ cert, offline, json, ...flags }: DoctorFlags): Promise<void> {
  const options = clientOptions(flags)
  const findings: Finding[] = [
    ...checkKeys(options),
    ...(cert === undefined ? [] : checkCertificateFile(keyOf(cert) ?? cert, options)),
    ...checkSecrets(options),
  ]
  if (!offline) findings.push(...(await checkNetwork(options)))
  if (json) printJson(findings)
  else print(table(findings.map(rowOf)))
  const faults = findings.filter(({ state }) => state === 'bad').length
  if (faults > 0) throw new Error(`${faults} of ${findings.length} checks failed`)
}

const rowOf = ({ state, what, found, fix }: Finding): string[] => [
  style(COLOURS[state], MARKS[state]),
  what,
  found,
  fix ? `→ ${fix}` : '',
]
