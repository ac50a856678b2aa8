import { InvalidArgumentError } from 'commander'

/** A flag's number. */
export function toNumber(text: string): number {
  const number = Number(text)
  if (text !== '' && Number.isFinite(number) && number >= 0) return number
  throw new InvalidArgumentError('It must be a number.')
}
