import { generateKeyPairSync, sign, verify } from 'node:crypto'

const SECONDS = 0.5
const WARM_UP = 50

/**
 * Seconds of CPU that one RSA-2048 signature and one verification take, which no client can do without: what is to be
 * had on one core at most. They block, as calls by hand on one core had better.
 */
export function measureRsaAlone(): number {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const message = Buffer.alloc(300, 'message')
  const both = (): void => {
    const signature = sign('RSA-SHA256', message, privateKey)
    if (!verify('RSA-SHA256', message, publicKey, signature)) throw new Error('not genuine')
  }
  for (let at = 0; at < WARM_UP; at++) both()
  const start = process.cpuUsage()
  const until = performance.now() + SECONDS * 1000
  let made = 0
  for (; performance.now() < until; made++) both()
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1e6 / made
}
