import type { IncomingMessage } from 'node:http'
import type { Context } from '../../context.js'
import { type FaultScript, scriptedRefusal } from '../../control/faults.js'
import { bodyText } from '../../control/recorder.js'
import type { Diagnosis } from '../../diagnosis/diagnosis.js'
import type { Endpoints } from '../../domain/endpoints.js'
import type { Client } from '../../identity/clients.js'
import { isV3Path } from '../../routing/documented-routes.js'
import { Refusal } from '../../routing/refusal.js'
import { notFound } from '../../routing/router.js'
import type { Exchange, Protocol, ProtocolResponse, ReceivedRequest, RequestFindings } from '../protocol.js'
import { type SignedRequest, type V3Verification, verifyRequest } from './authorization.js'
import { assertHeaders } from './check-headers.js'
import { type EndpointResponse, handleRequest, type V3Request } from './handle-request.js'
import { createV3Notifications } from './notifications.js'
import { signError } from './sign-error.js'
import { signResponse } from './sign-response.js'

/** The client that calls by APIv3, and the paths that it may call. */
export interface V3Options {
  readonly context: Context
  readonly endpoints: Endpoints
  /** The brand is made when it is first asked for: few need one, and its keys take their time. */
  readonly client: () => Client
  readonly owns: (path: string) => boolean
}

/** APIv3: JSON, signed with RSA in headers both ways. */
export function createV3({ context, endpoints, client, owns }: V3Options): Protocol {
  return {
    owns: (_method, path) => owns(path),
    receive: (request) => receive(request, client(), { context, endpoints }),
    refuse(incoming, refusal) {
      const options = { context, caller: client(), serial: serialOf(incoming) }
      return signResponse(responseOf(refusal), options)
    },
    notifications: createV3Notifications(context, client),
  }
}

interface Platform {
  readonly context: Context
  readonly endpoints: Endpoints
}

async function receive(request: ReceivedRequest, caller: Client, platform: Platform): Promise<Exchange> {
  const { incoming, method, url, body, parts } = request
  const meta = parts?.find(({ name }) => name === 'meta')
  const signedBody = parts ? (meta?.body ?? Buffer.alloc(0)) : body
  const signed = { authorization: incoming.headers.authorization, method, url, body: signedBody }
  const verification = verifyRequest(signed, caller, Math.floor(platform.context.signingTime() / 1000))
  const diagnosis = verification.verified ? undefined : await diagnose(signed, request, caller)
  const checked = { request, serial: serialOf(incoming), signedBody, caller, verification, diagnosis }
  return {
    verification: {
      verified: verification.verified,
      ...(!verification.verified && { problem: verification.problem }),
      ...(diagnosis && { diagnosis }),
      message: bodyText(verification.message),
    },
    respond: (script) => respond(checked, script, platform),
  }
}

const serialOf = ({ headers }: IncomingMessage): string => String(headers['wechatpay-serial'] ?? '')

/** The diagnosis is loaded with the first signature that does not fit. */
async function diagnose(
  signed: SignedRequest,
  { incoming, parts, body }: ReceivedRequest,
  { key, scheme }: Client,
): Promise<Diagnosis | undefined> {
  const { diagnoseV3 } = await import('../../diagnosis/diagnose-v3.js')
  const upload = parts ? body : undefined
  return diagnoseV3({ ...signed, host: incoming.headers.host ?? '', upload }, key, scheme)
}

/** A request with the finding on its signature. */
interface CheckedRequest extends V3Request {
  readonly verification: V3Verification
  readonly diagnosis: Diagnosis | undefined
}

async function respond(
  checked: CheckedRequest,
  script: FaultScript | undefined,
  platform: Platform,
): Promise<ProtocolResponse> {
  const { serial, caller } = checked
  let findings: RequestFindings = {}
  const addFindings = (more: RequestFindings): void => {
    findings = { ...findings, ...more }
  }
  const { response, isUnsigned } = await decide(checked, script, platform, addFindings)
  const options = { context: platform.context, caller, serial, fault: script?.fault, isUnsigned }
  return { ...(await signResponse(response, options)), findings }
}

/** The response of the endpoint, or the refusal of a request that does not get that far. */
async function decide(
  checked: CheckedRequest,
  script: FaultScript | undefined,
  platform: Platform,
  addFindings: (findings: RequestFindings) => void,
): Promise<EndpointResponse> {
  const { request, verification, diagnosis } = checked
  let isKnown = false
  try {
    assertSomewhere(request)
    assertHeaders(request.incoming, request.body.length > 0)
    if (!verification.verified) {
      throw signError(request.method, request.url, { ...verification, diagnosis })
    }
    isKnown = true
    const scripted = script && scriptedRefusal(script)
    if (scripted) throw scripted
    return await handleRequest(checked, platform.endpoints, addFindings)
  } catch (error) {
    // The API signs no response to somebody it does not know.
    return { response: responseOf(error), isUnsigned: !isKnown }
  }
}

function responseOf(error: unknown): { readonly status: number; readonly body: object } {
  if (error instanceof Refusal) return { status: error.status, body: error.body }
  const issue = error instanceof Error ? error.message : String(error)
  return { status: 500, body: { code: 'SYSTEM_ERROR', message: '系统错误', detail: { issue } } }
}

/** A request without a signature and a path of APIv3 is a typing error, and no matter of keys. */
function assertSomewhere({ method, path, incoming }: ReceivedRequest): void {
  if (!isV3Path(path) && incoming.headers.authorization === undefined) throw notFound(method, path)
}
