/** The files of the emulator's page by name. */
export const assets: Readonly<Record<string, string>>
