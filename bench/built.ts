/**
 * The package as it is shipped: run-time code from `dist/`, types from `lib/`. This folder has a package.json
 * of its own, so the package cannot be imported here by its name.
 */
export const { Wechatpay } = (await import(
  new URL('../dist/esm/lib/index.js', import.meta.url).href
)) as typeof import('../lib/index.js')

export const emulatorFile: URL = new URL('../dist/esm/lib/emulator/serve.js', import.meta.url)

export const { createEmulator } = (await import(
  new URL('../dist/esm/lib/emulator/index.js', import.meta.url).href
)) as typeof import('../lib/emulator/index.js')

export const { memberCardJob, runBulk } = (await import(
  new URL('../dist/esm/lib/bulk/index.js', import.meta.url).href
)) as typeof import('../lib/bulk/index.js')
