/** What there is to say about a file. @module */

import { createHash } from "node:crypto";
import { task } from "nuvom";

/** What the task answers. */
export interface Fingerprint {
  readonly path: string;
  readonly bytes: number;
  readonly lines: number;
  readonly words: number;
  readonly sha256: string;
}

/** Reads a file of the project's folder `files` and tells its size and hash. */
export const fingerprint = task(
  { name: "fingerprint", retries: 2, timeout: "30s" },
  async (path: string): Promise<Fingerprint> => {
    const bytes = await Deno.readFile(`./files/${path}`);
    const text = new TextDecoder().decode(bytes);
    return {
      path,
      bytes: bytes.length,
      lines: text.split("\n").length - 1,
      words: text.split(/\s+/).filter((word) => word !== "").length,
      sha256: createHash("sha256").update(bytes).digest("hex"),
    };
  },
);
