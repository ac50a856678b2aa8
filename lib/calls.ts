import { AxiosHeaders, type AxiosInstance, type AxiosResponse, type RawAxiosHeaders } from 'axios'
import { type AxiosClient, createAxiosClient } from './axios-client.js'
import { endpointOf, type ProtocolName } from './catalog/endpoint.js'
import type { OwnValues } from './catalog/own-values.js'
import type { Verb } from './catalog/traits.js'
import { needsInstance } from './check-options.js'
import { cannotCall, maySpeak } from './identity.js'
import type { Config } from './options.js'
import { buildCall, type CallDefaults, mergeHeaders, requiredHeaders } from './pipeline/build.js'
import { type CallOptions, createAttempt, runCall } from './pipeline/pipeline.js'
import type { Call, Protocol } from './protocols/protocol.js'
import type { HttpHeaders, Transport } from './transport/transport.js'

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
  /** Like `run`, over `node:http`: for calls of which a process makes few, loading undici does not pay. */
  readonly runByNode: Calls['run']
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
  const { account, failover, deadline, validate } = config
  const shared = { failover, deadline, validate, isClosed: transport.isClosed }
  const spoken = new Set(PROTOCOLS.filter((name) => maySpeak(account, name)))
  const direct = byProtocol((name) => ({
    ...shared,
    defaults: directDefaults(config, protocols[name]),
    attempt: createAttempt(protocols[name], transport.send),
  }))
  const byNode = byProtocol((name) => ({
    ...direct[name],
    attempt: createAttempt(protocols[name], transport.sendByNode),
  }))
  let current = direct
  let clients: Clients | undefined

  /** Makes the axios instances, and lets all further calls go through them. */
  function useInstances(): Clients {
    const create = (api: 'v2' | 'v3'): AxiosClient => {
      const protocol = protocols[api]
      const headers = { ...requiredHeaders(protocol), ...config.axios.headers } as RawAxiosHeaders
      return createAxiosClient({ api, protocol, transport, account }, { ...config.axios, headers })
    }
    const v2 = create('v2')
    const v3 = create('v3')
    current = byProtocol((name) => {
      const { instance, attempt } = name === 'v2' ? v2 : v3
      return { ...shared, attempt, defaults: instanceDefaults(instance, config.own) }
    })
    return Object.freeze({ v2: v2.instance, v3: v3.instance })
  }

  if (needsInstance(config.axios)) clients = useInstances()
  function run(options: typeof direct, verb: Verb, path: string, request: unknown): Promise<AxiosResponse> {
    try {
      const endpoint = endpointOf(path, verb)
      if (!spoken.has(endpoint.protocol)) throw cannotCall(account, endpoint)
      return runCall(endpoint, request, options[endpoint.protocol])
    } catch (error) {
      return Promise.reject(error)
    }
  }
  return {
    run: (verb, path, request) => run(current, verb, path, request),
    runByNode: (verb, path, request) => run(current === direct ? byNode : current, verb, path, request),
    buildGet(path, request) {
      const endpoint = endpointOf(path, 'get')
      return buildCall(endpoint, request, direct[endpoint.protocol].defaults.get)
    },
    clients() {
      clients ??= useInstances()
      return clients
    },
  }
}

const PROTOCOLS: readonly ProtocolName[] = ['v2', 'v3', 'brand']

const byProtocol = <Value>(make: (name: ProtocolName) => Value): Readonly<Record<ProtocolName, Value>> => ({
  v2: make('v2'),
  v3: make('v3'),
  brand: make('brand'),
})

/** The defaults of direct calls. Like axios, they take headers for all requests, and below `common` and the names of methods. */
export function directDefaults(
  { axios, own }: Pick<Config, 'axios' | 'own'>,
  protocol: Protocol,
): CallOptions['defaults'] {
  const { headers = {}, timeout, maxContentLength, baseURL, onUploadProgress, onDownloadProgress } = axios
  const groups = headers as Readonly<Record<string, RawAxiosHeaders>>
  const isGroup = (name: string): boolean => METHODS.has(name) && typeof groups[name] === 'object'
  const forAll = Object.fromEntries(Object.entries(groups).filter(([name]) => !isGroup(name)))
  return byVerb((verb) => {
    const ofGroups = AxiosHeaders.concat(groups.common, groups[verb], requiredHeaders(protocol)).toJSON()
    const merged = mergeHeaders(ofGroups as HttpHeaders, forAll)
    const progress = { onUploadProgress, onDownloadProgress }
    return { timeout, maxContentLength, baseURL, ...progress, headers: merged, own }
  })
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

const byVerb = <Value>(make: (verb: Verb) => Value): Readonly<Record<Verb, Value>> => ({
  get: make('get'),
  post: make('post'),
  put: make('put'),
  patch: make('patch'),
  delete: make('delete'),
})

/** The defaults of calls through an axios instance, as they are at the time of the call. The instance adds its headers itself. */
function instanceDefaults({ defaults }: AxiosInstance, own: OwnValues): CallOptions['defaults'] {
  const live: CallDefaults = {
    own,
    headers: {},
    get timeout() {
      return defaults.timeout
    },
    get maxContentLength() {
      return defaults.maxContentLength
    },
    get baseURL() {
      return defaults.baseURL
    },
    get onUploadProgress() {
      return defaults.onUploadProgress
    },
    get onDownloadProgress() {
      return defaults.onDownloadProgress
    },
  }
  return byVerb(() => live)
}
