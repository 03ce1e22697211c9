/** Whether this program's zone data knows the name (IANA, as Intl has it; links such as `UTC` and `US/Eastern` included). */
export function isTimeZone(name: string): boolean {
  if (/^[+-]/.test(name)) return false; // an offset is no zone: it knows nothing of summer time
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** Names to suggest from. */
export const timeZoneNames = (): readonly string[] => ['UTC', ...Intl.supportedValuesOf('timeZone')];
