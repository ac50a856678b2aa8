/** The package's version, sent as part of `User-Agent`. */
export const VERSION = '0.1.0'
