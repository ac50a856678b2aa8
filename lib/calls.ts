import { AxiosHeaders, type AxiosInstance, type AxiosResponse, type RawAxiosHeaders } from 'axios'
import { type AxiosClient, createAxiosClient } from './axios-client.js'
import { type Endpoint, endpointOf, type ProtocolName } from './catalog/endpoint.js'
import type { Verb } from './catalog/traits.js'
import { RequestError } from './errors.js'
import { assertMayCall } from './identity.js'
import { type Config, needsInstance } from './options.js'
import { buildCall, type CallDefaults, mergeHeaders } from './pipeline/build.js'
import { attempt, type CallOptions, runCall } from './pipeline/pipeline.js'
import type { Call, Protocol } from './protocols/protocol.js'
import type { Transport } from './transport/transport.js'
import { VERSION } from './version.js'

/** The axios instances behind the chain, for interceptors of the user's own. */
export interface Clients {
  /** Signs and verifies the calls of APIv2. */
  readonly v2: AxiosInstance
  /** Signs and verifies the calls of APIv3, and those of a brand. */
  readonly v3: AxiosInstance
}

/** The calls of one client. */
export interface Calls {
  /** Runs one call of the chain. */
  readonly run: (verb: Verb, path: string, request?: unknown) => Promise<AxiosResponse>
  /** The call that a GET would be, with the defaults of the client. */
  readonly buildGet: (path: string, request: unknown) => Call
  /** The axios instances; from the first use on, all calls of the chain go through them. */
  readonly clients: () => Clients
}

/**
 * The calls of a client. They run through the pipeline directly, unless its user has asked for the axios instances, or for an option that
 * only an instance can serve.
 */
export function createCalls(
  config: Config,
  protocols: Readonly<Record<ProtocolName, Protocol>>,
  transport: Transport,
): Calls {
  const { signer, failover, deadline, validate } = config
  const shared = { failover, deadline, validate, isClosed: transport.isClosed }
  const ofProtocol = (
    make: (name: ProtocolName) => CallOptions,
  ): Readonly<Record<ProtocolName, CallOptions>> => ({
    v2: make('v2'),
    v3: make('v3'),
    brand: make('brand'),
  })
  const direct = ofProtocol((name) => ({
    ...shared,
    defaults: directDefaults(config, protocols[name]),
    attempt: (call) => attempt(call, protocols[name], transport),
  }))
  let instances: { readonly clients: Clients; readonly options: typeof direct } | undefined

  function createInstances(): NonNullable<typeof instances> {
    const context = { transport, assertMayCall: (endpoint: Endpoint) => assertMayCall(signer, endpoint) }
    const create = (api: 'v2' | 'v3'): AxiosClient => {
      const protocol = protocols[api]
      const headers = { ...ownHeaders(protocol), ...config.axios.headers } as RawAxiosHeaders
      return createAxiosClient({ ...context, api, protocol }, { ...config.axios, headers })
    }
    const v2 = create('v2')
    const v3 = create('v3')
    const through = ({ instance, attempt }: AxiosClient): CallOptions => ({
      ...shared,
      attempt,
      defaults: () => instanceDefaults(instance),
    })
    return {
      clients: Object.freeze({ v2: v2.instance, v3: v3.instance }),
      options: ofProtocol((name) => through(name === 'v2' ? v2 : v3)),
    }
  }

  if (needsInstance(config.axios)) instances = createInstances()
  const optionsOf = ({ protocol }: Endpoint): CallOptions => (instances?.options ?? direct)[protocol]
  return {
    buildGet: (path, request) => {
      const endpoint = endpointOf(path, 'get')
      return buildCall(endpoint, request, direct[endpoint.protocol].defaults(endpoint))
    },
    clients: () => {
      instances ??= createInstances()
      return instances.clients
    },
    async run(verb, path, request) {
      const endpoint = endpointOf(path, verb)
      assertMayCall(signer, endpoint)
      assertSendable(endpoint)
      return runCall(endpoint, request, optionsOf(endpoint))
    },
  }
}

/** @throws {RequestError} for a redirect, which is where a browser is sent to: there is nothing to call. */
function assertSendable({ name, traits }: Endpoint): void {
  if (!traits.redirect) return
  throw new RequestError(`${name} is a page for the user's browser: send it to the URL that url(…) gives`)
}

/** The headers of every request, which the user's own headers replace. */
const ownHeaders = ({ accept }: Protocol): RawAxiosHeaders => ({
  Accept: accept,
  'User-Agent': `wechatpay-fluent/${VERSION} node/${process.versions.node}`,
})

/** The defaults of direct calls. Like axios, they take headers for all requests, and below `common` and the names of methods. */
export function directDefaults(
  { axios }: Pick<Config, 'axios'>,
  protocol: Protocol,
): CallOptions['defaults'] {
  const { headers = {}, timeout, baseURL, onUploadProgress, onDownloadProgress } = axios
  const groups = headers as Readonly<Record<string, RawAxiosHeaders>>
  const isGroup = (name: string): boolean => METHODS.has(name) && typeof groups[name] === 'object'
  const forAll = Object.fromEntries(Object.entries(groups).filter(([name]) => !isGroup(name)))
  const defaultsOf = (verb: string): CallDefaults => {
    const own = AxiosHeaders.concat(groups.common, groups[verb], ownHeaders(protocol), forAll as never)
    return { timeout, baseURL, onUploadProgress, onDownloadProgress, headers: mergeHeaders({}, own) }
  }
  const byVerb = new Map(['get', 'post', 'put', 'patch', 'delete'].map((verb) => [verb, defaultsOf(verb)]))
  return ({ verb }) => byVerb.get(verb) as CallDefaults
}

const METHODS: ReadonlySet<string> = new Set([
  'common',
  'get',
  'post',
  'put',
  'patch',
  'delete',
  'head',
  'options',
])

/** The defaults of calls through an axios instance, which adds its headers itself. */
function instanceDefaults({ defaults }: AxiosInstance): CallDefaults {
  const { timeout, baseURL, onUploadProgress, onDownloadProgress } = defaults
  return { timeout, baseURL, onUploadProgress, onDownloadProgress, headers: {} }
}
