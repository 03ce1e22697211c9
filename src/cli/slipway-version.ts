/** Put in by the bundle from package.json (tools/build.mjs). */
declare const SLIPWAY_VERSION: string | undefined;

export const slipwayVersion = (): string => (typeof SLIPWAY_VERSION === 'string' ? SLIPWAY_VERSION : '0.0.0-source');
