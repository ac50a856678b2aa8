import { createHash, randomBytes } from 'node:crypto'

const ALPHANUMERIC = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789'

/** A source of nonces, ids, serial numbers and secrets. */
export interface Random {
  bytes(length: number): Buffer
  hex(length: number): string
  digits(length: number): string
  text(length: number): string
  /** A number from 0 up to, but not including, 1. */
  fraction(): number
}

/** A source of random values: with a seed always the same sequence, without one a new sequence every time. */
export function createRandom(seed?: string): Random {
  let block = 0
  function bytes(length: number): Buffer {
    if (seed === undefined) return randomBytes(length)
    const blocks: Buffer[] = []
    for (let filled = 0; filled < length; filled += 32) {
      blocks.push(createHash('sha256').update(`${seed}\n${block++}`).digest())
    }
    return Buffer.concat(blocks).subarray(0, length)
  }
  function pick(alphabet: string, length: number): string {
    let text = ''
    for (const byte of bytes(length)) text += alphabet[byte % alphabet.length]
    return text
  }
  return {
    bytes,
    hex: (length) => pick('0123456789ABCDEF', length),
    digits: (length) => pick('0123456789', length),
    text: (length) => pick(ALPHANUMERIC, length),
    fraction: () => bytes(4).readUInt32BE() / 2 ** 32,
  }
}
