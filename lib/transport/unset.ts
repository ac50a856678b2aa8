/** Sets properties to `undefined`. Deleting them would make all later work with the object slower. */
export function unset<Value extends object>(value: Value, names: readonly (keyof Value)[]): void {
  for (const name of names) if (value[name] !== undefined) value[name] = undefined as never
}
