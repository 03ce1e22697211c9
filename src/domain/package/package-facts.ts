/** What a package says of itself, read back from its bytes. */
export type PackageFacts =
  | {
      readonly format: 'deb';
      readonly name: string;
      readonly version: string;
      readonly arch: string;
      /** The control stanza as in the package, without a final newline: goes verbatim into `Packages`. */
      readonly control: string;
    }
  /** A war or jar is a zip. All of it could be unpacked, and nothing in it leaves the folder it is unpacked in. */
  | { readonly format: 'tar' | 'zip'; readonly entries: number }
  /** Anything else: carried as it is in a files repository. */
  | { readonly format: 'file' };
