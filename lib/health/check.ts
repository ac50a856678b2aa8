import { hasCertificate, unknownOptions } from '../check-options.js'
import { NetworkError, RequestError } from '../errors.js'
import { type Identity, identityOf } from '../identity.js'
import { didYouMean, nearestName } from '../nearest.js'
import type { WechatpayOptions } from '../option-types.js'
import { certificateSerial, type PemCertificate, type PemInput } from '../protocols/v2/client-certificate.js'
import { type CallContext, type CheckClient, checkSignature, checkV2Signature } from './check-calls.js'
import { checkCertificate, DAY } from './check-certificate.js'
import { type CreateTransport, checkNetwork } from './check-network.js'
import { attempt, checkClientCertificate, checkOptions } from './check-options.js'
import { bad, type CheckOptions, type Fact, type Finding, isBad, unknown } from './finding.js'
import { toFinding } from './texts.js'

/** What a check makes clients and connections with. They come from above, so that nothing of a client is loaded twice. */
export interface CheckTools {
  readonly createClient: (options: WechatpayOptions) => CheckClient
  readonly createTransport: CreateTransport
}

/**
 * Checks what a client is made from: options, keys, certificates, network, clock, and by calls that change nothing what only the API can
 * tell. What a fault found before would make fail as well is left out, so that a cause shows once.
 *
 * @throws {RequestError} when it is asked in a way that is not documented.
 * @throws {NetworkError} code `ABORTED`
 */
export async function checkHealth(
  given: object,
  how: CheckOptions,
  tools: CheckTools,
): Promise<readonly Finding[]> {
  assertHow(how)
  const { language = 'en', signal } = how
  const facts = await findFacts(given, how, tools)
  if (signal?.aborted) {
    throw new NetworkError('check: aborted', { code: 'ABORTED', retryable: false, cause: signal.reason })
  }
  return Object.freeze(facts.map((fact) => toFinding(fact, language)))
}

const NAMES: readonly (keyof CheckOptions)[] = ['offline', 'signal', 'language', 'certificate']

function assertHow(how: CheckOptions): void {
  if (typeof how !== 'object' || how === null) throw new RequestError('check() takes an object: { offline }')
  const stranger = Object.keys(how).find((name) => !(NAMES as readonly string[]).includes(name))
  if (stranger !== undefined) {
    throw new RequestError(`check() knows no '${stranger}'${didYouMean(nearestName(stranger, NAMES))}`)
  }
  const { language = 'en' } = how
  if (!['en', 'zh'].includes(language)) throw new RequestError("check(): language must be 'en' or 'zh'")
}

async function findFacts(
  given: object,
  { offline = false, certificate, signal }: CheckOptions,
  tools: CheckTools,
): Promise<Fact[]> {
  const { createClient, createTransport } = tools
  const strangers = unknownOptions(Object(given))
  const misnamed = strangers.map(({ problem }) => bad('options', 'OPTIONS_INVALID', { reason: problem }))
  const options = attempt(() => withSerial(withRightNames(given, strangers)))
  if (options instanceof Error) return [...misnamed, refused(options)]
  const identity = attempt(() => identityOf({ ...options }))
  if (identity instanceof Error) return [...misnamed, refused(identity)]
  const { account, facts, secrets } = checkOptions(identity, options)
  if (!facts.some(isBad)) facts.push(...checkCertificates(identity, { options, account }, certificate))
  const mustSign = identity === 'merchant' || identity === 'brand'
  const isSound = !facts.some(bars) && !(mustSign && account.serial === undefined)
  const usable = withoutFaulty(options, [...facts, ...secrets])
  facts.push(...secrets, ...misnamed)
  const isReady = isSound && hasSecrets(identity, usable)
  if (isReady) {
    const client = attempt(() => createClient(usable))
    if (client instanceof Error) return [...facts, refused(client)]
    client.close()
  }
  if (offline) return facts
  // Where no client could be made, nobody has looked at the options of connections yet.
  const network = await checkNetwork(usable, identity !== 'receiver', signal, createTransport).catch(
    (error: Error) => ({
      facts: [refused(error)],
      isReached: false,
    }),
  )
  facts.push(...network.facts)
  leaveToClock(facts)
  if (identity === 'receiver') return [...facts, unknown('notifications', 'NOTIFICATION_NEEDED')]
  if (!network.isReached) return facts
  const context = { identity, account, signal, createClient, options: usable }
  return [...facts, ...(await checkCalls(context, isReady, facts.some(isClockWrong)))]
}

const refused = ({ message }: Error): Fact => bad('options', 'OPTIONS_INVALID', { reason: message })

const isClockWrong = (fact: Fact): boolean => fact.check === 'clock' && isBad(fact)

/** Whether calls of APIv3 would fail as well. They need no client certificate, nor one that is given to be compared. */
const bars = (fact: Fact): boolean =>
  isBad(fact) && fact.code !== 'CERTIFICATE_INVALID' && fact.code !== 'CLIENT_CERTIFICATE_INVALID'

/** Leaves out what is too old or too new by a clock that is wrong, where that alone explains it. */
function leaveToClock(facts: Fact[]): void {
  const clock = facts.find(isClockWrong)
  if (!clock) return
  const ending = clock.code === 'CLOCK_AHEAD' ? '_EXPIRED' : '_NOT_YET_VALID'
  // A second for the time between two looks at the clock.
  const skew = (Number(clock.values.seconds) + 1) * 1000
  facts.forEach((fact, index) => {
    const { date, days = 0 } = fact.values
    const away = date === undefined ? Number(days) * DAY : Math.abs(Date.parse(String(date)) - Date.now())
    const isByClock = isBad(fact) && fact.code.endsWith(ending) && away <= skew
    if (isByClock) facts[index] = unknown(fact.check, 'NOT_TRIED')
  })
}

/** Checks the signed calls that an identity may make; those that must fail are not tried. */
async function checkCalls(context: CallContext, isReady: boolean, isClockWrong: boolean): Promise<Fact[]> {
  const { identity, options } = context
  const facts: Fact[] = []
  if (identity === 'merchant' || identity === 'brand') {
    const canSign = isReady && !isClockWrong
    facts.push(...(canSign ? await checkSignature(identity, context) : [unknown('signature', 'NOT_TRIED')]))
  }
  if (identity === 'brand' || options.secret === undefined) return facts
  const isRefused = facts.some((fact) => isBad(fact) && ['signature', 'answer'].includes(fact.check))
  const canSignV2 = isReady && !isRefused
  return [...facts, canSignV2 ? await checkV2Signature(context) : unknown('v2 signature', 'NOT_TRIED')]
}

/**
 * Checks the certificate that was given, or else the client certificate of APIv2, which is the same, and then that one. One that was
 * given and cannot be read says nothing of the other.
 */
function checkCertificates(
  identity: Identity,
  { options, account }: Pick<CallContext, 'options' | 'account'>,
  certificate: PemInput | undefined,
): Fact[] {
  const { merchant } = options
  const own = hasCertificate(options) ? (merchant as PemCertificate).cert : undefined
  const given = certificate ?? own
  const facts = given === undefined ? [] : checkCertificate(given, account, options)
  const isWrong = facts.some(certificate === undefined ? isBad : bars)
  const mayShowOne = identity === 'merchant' || identity === 'v2'
  return mayShowOne && !isWrong ? [...facts, ...checkClientCertificate(options, account)] : facts
}

/** The options under the names that were meant, so that one with a typing error is not found missing as well. */
function withRightNames(given: object, strangers: ReturnType<typeof unknownOptions>): WechatpayOptions {
  const options: Record<string, unknown> = { ...given }
  for (const { name, nearest } of strangers) {
    if (nearest !== undefined) options[nearest] ??= options[name]
    delete options[name]
  }
  return options as unknown as WechatpayOptions
}

/** The options with the serial number of the client certificate, where they have none of their own. */
function withSerial(options: WechatpayOptions): WechatpayOptions {
  const { serial, privateKey, merchant } = options
  // Without a private key, that of APIv2 alone is no more than a client certificate.
  if (serial !== undefined || privateKey === undefined || !hasCertificate(options)) return options
  const known = attempt(() => certificateSerial(merchant as PemCertificate))
  // The certificate has a check of its own.
  return known instanceof Error ? options : ({ ...options, serial: known } as WechatpayOptions)
}

/** The options that a client can be made with, where some are wrong that not every call needs. */
function withoutFaulty(options: WechatpayOptions, facts: readonly Fact[]): WechatpayOptions {
  const wrong = new Set<string>(facts.filter(isBad).map(({ check }) => check))
  // The certificate may be that of the option.
  if (wrong.has('certificate')) wrong.add('merchant')
  const isUsable = ([name]: readonly [string, unknown]): boolean => !OPTIONAL.has(name) || !wrong.has(name)
  return Object.fromEntries(Object.entries(options).filter(isUsable)) as unknown as WechatpayOptions
}

/** The options that signed calls of APIv3 can do without. */
const OPTIONAL: ReadonlySet<string> = new Set(['apiv3Key', 'brandApiKey', 'secret', 'merchant'])

/** Whether the secrets that an identity cannot do without are there. */
function hasSecrets(identity: Identity, { certs, apiv3Key, secret }: WechatpayOptions): boolean {
  if (identity === 'merchant') return certs !== undefined || apiv3Key !== undefined
  if (identity === 'v2') return secret !== undefined
  return identity === 'brand' || secret !== undefined || apiv3Key !== undefined
}
