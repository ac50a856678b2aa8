const ZERO = 48
const NINE = 57
const DOT = 46
const MINUS = 45
/** Digits of a yuan amount that make whole fen. */
const FEN_DIGITS = 2

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
