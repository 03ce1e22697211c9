declare const brand: unique symbol;

/** A plain value that has been parsed: `Brand<string, 'Sha256'>` cannot be mixed up with any other string. */
export type Brand<Value, Name extends string> = Value & { readonly [brand]: Name };
