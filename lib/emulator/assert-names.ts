/**
 * Checks the names of what tests pass in: a misspelt one would otherwise be ignored.
 *
 * @param what that has the names, as an error calls it
 * @throws {TypeError} that names the first unknown one.
 */
export function assertNames(given: object, names: readonly string[], what: string): void {
  if (typeof given !== 'object' || given === null) throw new TypeError(`${what} must be an object`)
  const unknown = Object.keys(given).find((name) => !names.includes(name))
  if (unknown !== undefined) throw new TypeError(`${what} has no ${unknown}; it takes ${names.join(', ')}`)
}
