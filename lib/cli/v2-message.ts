const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

const FIELD = /<(\w+)>(?:<!\[CDATA\[([\s\S]*?)\]\]>|([^<]*))<\/\1>/g

/** What the `sign` of an APIv2 message is made of, but for the key: the sorted fields of its flat XML. */
export function signedMessage(xml: string): string {
  const fields = [...xml.replace(/^<xml>|<\/xml>$/g, '').matchAll(FIELD)].map(
    ([, name = '', literal, text = '']) =>
      [
        name,
        literal ?? text.replace(/&(\w+);/g, (whole, entity: string) => ENTITIES[entity] ?? whole),
      ] as const,
  )
  const signed = fields.filter(([name, value]) => name !== 'sign' && value !== '')
  const pairs = signed
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
  return [...pairs, 'key=…'].join('&')
}
