/** The paths on the wire by endpoint (`get v3/certificates`), as JSON. */
export const documents: Readonly<Record<string, string>>
