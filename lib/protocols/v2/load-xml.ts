type Xml = typeof import('./xml.js')

let loaded: Xml | undefined

/** The codec, loaded when first asked for: its library takes a third of axios' time to load, and APIv3 needs none. */
export async function loadXml(): Promise<Xml> {
  loaded ??= await import('./xml.js')
  return loaded
}
