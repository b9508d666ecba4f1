/** A project folder with a manifest, for the tests of this room. @module */

import { NuvomError } from "../core/mod.ts";
import type { Manifest } from "./manifest.ts";
import { readManifest } from "./read_manifest.ts";

/** Removed at the end of the test. */
export class TestProject implements AsyncDisposable {
  /** Absolute real path. */
  readonly folder: string;
  /** Of the manifest. */
  readonly path: string;

  private constructor(folder: string) {
    this.folder = folder;
    this.path = `${folder}/.nuvom_plugins.toml`;
  }

  /** @param files By path relative to the folder. */
  static async with(manifest: string, files: Readonly<Record<string, string>> = {}): Promise<TestProject> {
    const project = new TestProject(await Deno.realPath(await Deno.makeTempDir({ prefix: "nuvom-test-" })));
    for (const [name, text] of Object.entries({ ".nuvom_plugins.toml": manifest, ...files })) {
      await project.write(name, text);
    }
    return project;
  }

  /** Writes one more file. */
  async write(name: string, text: string): Promise<void> {
    const path = `${this.folder}/${name}`;
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(path, text);
  }

  /** Reads the manifest. */
  manifest(): Promise<Manifest> {
    return readManifest(this.path);
  }

  /** Code, exit code and message of what some work throws; the folder reads `/project`. */
  async refusal(work: () => unknown): Promise<string> {
    return await refusalOf(work, this.folder);
  }

  /** Removes the folder. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** `NUVOM_X 3: message`, with `folder` as `/project`; fails when nothing is thrown. */
export async function refusalOf(work: () => unknown, folder?: string): Promise<string> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof NuvomError)) throw error;
    const text = `${error.code} ${error.exitCode}: ${error.message}`;
    return folder === undefined ? text : text.replaceAll(folder, "/project");
  }
  throw new Error("nothing was refused");
}
