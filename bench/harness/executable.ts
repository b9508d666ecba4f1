/** The executable that users have. @module */

/** Made by `deno task compile`. */
export const EXECUTABLE: string = decodeURIComponent(new URL("../../dist/nuvom", import.meta.url).pathname);

/** Fails when it is missing, or when the code has changed since it was made. */
export async function checkExecutable(): Promise<void> {
  const made = (await Deno.stat(EXECUTABLE).catch(() => null))?.mtime;
  if (!made) throw new Error(`There is no ${EXECUTABLE}. Make it first: deno task compile`);
  const root = decodeURIComponent(new URL("../..", import.meta.url).pathname);
  const newest = await newestChange(`${root}src`);
  if (newest > made) console.error(`The code has changed since ${EXECUTABLE} was made; run deno task compile?`);
}

async function newestChange(folder: string): Promise<Date> {
  let newest = new Date(0);
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    const changed = isDirectory ? await newestChange(path) : (await Deno.stat(path)).mtime!;
    if (changed > newest) newest = changed;
  }
  return newest;
}
