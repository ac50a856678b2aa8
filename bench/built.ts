/**
 * The package as it is shipped: run-time code from `dist/`, types from `lib/`. This folder has a package.json
 * of its own, so the package cannot be imported here by its name.
 */
const built = async <Module>(path: string): Promise<Module> =>
  (await import(new URL(`../dist/esm/lib/${path}`, import.meta.url).href)) as Module

export const { Wechatpay } = await built<typeof import('../lib/index.js')>('index.js')
export const { createChain } = await built<typeof import('../lib/chain/chain.js')>('chain/chain.js')
export const { expandTemplate } = await built<typeof import('../lib/chain/template.js')>('chain/template.js')
export const { endpointOf } = await built<typeof import('../lib/request/endpoint.js')>('request/endpoint.js')
export const lookup = await built<typeof import('../lib/routes/lookup.js')>('routes/lookup.js')
export const { authorize, stamp } = await built<typeof import('../lib/v3/signer.js')>('v3/signer.js')

export const emulatorFile: URL = new URL('../dist/esm/lib/emulator/serve.js', import.meta.url)
