/** Temporary folders: all below one that goes with the harness, however it ends. @module */

/** Made with the first folder in it. */
let root: string | undefined;
let count = 0;

/** An empty folder. */
export async function temporaryFolder(): Promise<string> {
  if (root === undefined) {
    root = await Deno.makeTempDir({ prefix: "nuvom-bench-" });
    // The user of a Postgres must get through to its own.
    await Deno.chmod(root, 0o711);
  }
  const folder = `${root}/${++count}`;
  await Deno.mkdir(folder);
  return folder;
}

/** Removes what is left; the processes that wrote there have ended. */
export function removeTemporary(): void {
  if (root !== undefined) Deno.removeSync(root, { recursive: true });
  root = undefined;
}
