/** APPNOTE.TXT of PKWARE, section 4.3: how each part of a zip begins. */
export const SIGNATURE = {
  local: 0x04034b50,
  directory: 0x02014b50,
  end: 0x06054b50,
  end64: 0x06064b50,
  locator64: 0x07064b50,
} as const;

export const STORED = 0;
export const DEFLATED = 8;
/** Bit 11: the name is UTF-8. */
export const UTF8_FLAG = 0x0800;
/** Bit 0: the bytes are encrypted. */
export const ENCRYPTED_FLAG = 0x0001;
