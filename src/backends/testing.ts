/** What the tests of several stores share: folders, and small file systems. @module */

import type { SubjectOptions } from "../testing/mod.ts";

/** Opens backends in a temporary folder of each namespace, which is removed at the end. */
export function inFolders<B>(open: (folder: string) => B): Pick<SubjectOptions<B>, "open" | "remove"> {
  const folders = new Map<string, string>();
  return {
    open: (namespace) => {
      const folder = folders.get(namespace) ?? Deno.makeTempDirSync({ prefix: "nuvom_store_" });
      folders.set(namespace, folder);
      return open(folder);
    },
    remove: (namespace) => Deno.remove(folders.get(namespace)!, { recursive: true }),
  };
}

/** A file system of its own, as large as it is told; taken away at the end. */
export class SmallDisk implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Null, with a printed reason, where nothing may be mounted. */
  static async mount(bytes: number): Promise<SmallDisk | null> {
    const path = await Deno.makeTempDir({ prefix: "nuvom_disk_" });
    const why = await run("mount", "-t", "tmpfs", "-o", `size=${bytes},mode=700`, "tmpfs", path);
    if (why === null) return new SmallDisk(path);
    await Deno.remove(path);
    console.log(`not tested: a small disk can't be mounted here (${why})`);
    return null;
  }

  /** Fills it up; the file that is returned can be removed again. */
  fill(): string {
    const filler = `${this.path}/filler`;
    const file = Deno.openSync(filler, { create: true, write: true });
    try {
      for (const bytes = new Uint8Array(4_096);;) file.writeSync(bytes);
    } catch {
      return filler;
    } finally {
      file.close();
    }
  }

  /** Lets nobody write on it, or everybody again. */
  async writable(yes: boolean): Promise<void> {
    const why = await run("mount", "-o", `remount,${yes ? "rw" : "ro"}`, this.path);
    if (why !== null) throw new Error(why);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await run("umount", "--lazy", this.path);
    await Deno.remove(this.path);
  }
}

/** Null, or why it failed. */
async function run(command: string, ...args: string[]): Promise<string | null> {
  try {
    const { success, stderr } = await new Deno.Command(command, { args }).output();
    return success ? null : new TextDecoder().decode(stderr).trim();
  } catch (error) {
    return String(error);
  }
}
