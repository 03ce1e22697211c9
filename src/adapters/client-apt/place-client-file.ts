/** The client file with the keyring it names by path looked up inside the root; a key inside the file is left as it is. */
export const placeClientFile = (text: string, keyringPath: string): string =>
  text
    .replace(/^(Signed-By: *)\/.*$/gm, (_, field: string) => `${field}${keyringPath}`)
    .replace(/signed-by=[^\] ]*/g, () => `signed-by=${keyringPath}`);
