/** Shorter secrets are not masked: their three characters stand in every second line of a log. */
export const SHORTEST_MASKED = 4;

/** Lines of a secret of several lines (a PEM key) that are masked by themselves too: tools indent and wrap such text. */
const SHORTEST_LINE = 8;

/** Bits left over at the start of `secret` in `base64(x + secret)`, by the length of x modulo 3: characters to drop there. */
const BASE64_OFFSETS = [
  [0, 0],
  [1, 2],
  [2, 3],
] as const;

/**
 * The byte strings under which a secret may turn up in a log: as it is, in a JSON or shell string, URL-encoded, and in base64
 * (also inside a longer text, such as `user:secret` of an Authorization header). A newline at its end does not count.
 * Empty when it is too short to be masked. Forms nobody thought of (hex, gzip, reversed) are not found.
 */
export function secretForms(secret: string): readonly Buffer[] {
  const whole = secret.replace(/[\r\n]+$/, '');
  if ([...whole].length < SHORTEST_MASKED) return [];
  const lines = whole
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line.length >= SHORTEST_LINE);
  const forms = new Map<string, Buffer>();
  for (const text of [whole, ...lines]) {
    for (const form of [...textForms(text), ...base64Forms(text)]) {
      const bytes = Buffer.from(form);
      if (bytes.length >= SHORTEST_MASKED) forms.set(form, bytes);
    }
  }
  return [...forms.values()];
}

function textForms(text: string): readonly string[] {
  const strict = percentEncode(text, /[A-Za-z0-9\-._~]/);
  const component = percentEncode(text, /[A-Za-z0-9\-._~!'()*]/); // encodeURIComponent
  const form = percentEncode(text, /[A-Za-z0-9\-._* ]/).replaceAll(' ', '+'); // application/x-www-form-urlencoded
  const encoded = [strict, component, form];
  return [
    text,
    JSON.stringify(text).slice(1, -1),
    text.replaceAll("'", `'\\''`), // how a shell quotes it in the trace of `set -x`
    ...encoded,
    ...encoded.map((one) => one.replace(/%[0-9A-F]{2}/g, (hex) => hex.toLowerCase())),
  ];
}

function percentEncode(text: string, keep: RegExp): string {
  let encoded = '';
  for (const byte of Buffer.from(text)) {
    const char = String.fromCharCode(byte);
    encoded += byte < 0x80 && keep.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return encoded;
}

/** The characters of the base64 text that depend on the secret alone, for each way it can lie in a longer text. */
function base64Forms(text: string): readonly string[] {
  return BASE64_OFFSETS.flatMap(([offset, dropped]) => {
    const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(text)]);
    const ownChars = Math.floor((bytes.length * 8) / 6);
    return (['base64', 'base64url'] as const).map((code) => bytes.toString(code).slice(dropped, ownChars));
  });
}
