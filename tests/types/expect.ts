import type { Chain } from '../../types/index.js'

/** `true` only where both are the same type: `any` equals nothing but itself. */
export type Same<Left, Right> =
  (<T>() => T extends Left ? 1 : 2) extends <T>() => T extends Right ? 1 : 2 ? true : false

/** Compiles only where `Claim` is `true`. */
export declare function holds<Claim extends true>(): Claim

export type IsAny<Type> = 0 extends 1 & Type ? true : false

/** Compiles only where `value` is a `Type`. */
export declare function takes<Type>(value: Type): void

export declare const wxpay: Chain
