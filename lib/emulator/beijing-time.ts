const BEIJING_OFFSET = 8 * 3_600_000

/** RFC 3339 in Beijing time, as the API writes it: `2018-06-08T10:34:56+08:00`. */
export function beijingTime(milliseconds: number): string {
  return `${new Date(milliseconds + BEIJING_OFFSET).toISOString().slice(0, 19)}+08:00`
}

/** `20180608103456` in Beijing time, the beginning of many numbers. */
export function beijingDigits(milliseconds: number): string {
  return new Date(milliseconds + BEIJING_OFFSET).toISOString().replace(/\D/g, '').slice(0, 14)
}
