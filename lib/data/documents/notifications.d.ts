/** The documents of the messages of each event type, as JSON. */
export const documents: Readonly<Record<string, string>>
