import { RequestError } from './errors.js'
import { printable } from './printable.js'

const ZERO = 48
const NINE = 57
const DOT = 46
const MINUS = 45
/** Digits of a yuan amount that make whole fen. */
const FEN_DIGITS = 2

const AMOUNT = /^-?\d+(?:\.\d{1,2}0*)?$/

/**
 * The fen (分) of an amount in yuan (元), exactly: `fen('12.34')` is 1234. APIv3 counts money in fen.
 *
 * @throws {RequestError} for what is no amount (separators, blanks, a currency), has a part of a fen, or is a number: those of
 *   JavaScript cannot hold most amounts in yuan.
 */
export function fen(yuan: string): number {
  if (typeof yuan !== 'string') {
    throw new RequestError(`fen() takes an amount in yuan as text, such as '12.34', not a ${typeof yuan}`)
  }
  const amount = AMOUNT.test(yuan) ? toFen(yuan) : Number.NaN
  if (Number.isNaN(amount)) {
    throw new RequestError(`fen(): '${printable(yuan)}' is no amount in yuan of whole fen, such as '12.34'`)
  }
  return amount
}

/**
 * The yuan (元) of an amount in fen (分), with both decimals: `yuan(1234)` is `'12.34'`.
 *
 * @throws {RequestError} for what is no whole number.
 */
export function yuan(fen: number): string {
  if (!Number.isSafeInteger(fen)) {
    throw new RequestError(`yuan() takes whole fen, such as 1234, not ${printable(String(fen))}`)
  }
  const digits = String(Math.abs(fen)).padStart(3, '0')
  return `${fen < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`
}

/**
 * Converts an amount in yuan, as bills have it, to fen (分), without the rounding errors of fractions. `NaN` for a text that
 * is not an amount or not a whole number of fen: a sum with it is then `NaN` too, and not a wrong amount.
 */
export function toFen(text: string): number {
  const { length } = text
  const start = text.charCodeAt(0) === MINUS ? 1 : 0
  let fen = 0
  let decimals = -1
  let digits = 0
  for (let index = start; index < length; index++) {
    const code = text.charCodeAt(index)
    if (code === DOT && decimals < 0) decimals = 0
    else if (code < ZERO || code > NINE) return Number.NaN
    else if (decimals < FEN_DIGITS) {
      fen = fen * 10 + (code - ZERO)
      digits++
      if (decimals >= 0) decimals++
    } else if (code !== ZERO) return Number.NaN
  }
  if (digits === 0) return Number.NaN
  for (let missing = FEN_DIGITS - Math.max(decimals, 0); missing > 0; missing--) fen *= 10
  if (!Number.isSafeInteger(fen)) return Number.NaN
  return start === 1 && fen !== 0 ? -fen : fen
}
