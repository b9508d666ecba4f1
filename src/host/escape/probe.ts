/** What a row of the escape list is made of. @module */

import type { PermissionKind, PermissionSet } from "../../core/mod.ts";
import type { Isolation } from "../../sandbox/mod.ts";
import type { Scene } from "./scene.ts";

/**
 * How a probe is judged.
 *
 * - `ways`: it tries each way out and says what came of it; contained when all of them came to nothing.
 * - `busy`: it never comes back; contained when the host goes on meanwhile and can end it.
 * - `memory`: it takes memory without end; contained when it is ended for that and the host's own stays as it was.
 * - `flood`: it sends more than anyone should take; contained when the host's memory and time stay bounded, the host is
 *   given nothing too long or too deep, what must be refused is refused, and the realm goes on.
 * - `exit`: it tries to end its process; contained when it goes on, or its end is seen as a crash at once.
 */
export type Measure = "ways" | "busy" | "memory" | "flood" | "exit";

/** One thing that foreign code may try. */
export interface EscapeProbe {
  /** Short and without a verdict: `import of a file by a computed specifier`. */
  readonly name: string;
  /** The isolations that promise to contain it; `inline` promises nothing. */
  readonly promisedBy: readonly Isolation[];
  readonly measure: Measure;
  /** What it needs beside the plugin's own grant, all of it inside of the scene. */
  readonly grant?: (scene: Scene) => PermissionSet;
  /** What it tries to get. Where the plugin's own grant gives it, it is no escape. */
  readonly forbidden?: (scene: Scene) => readonly { readonly kind: PermissionKind; readonly item: string }[];
  /** More modules beside the probe's own, by file name. */
  readonly modules?: (scene: Scene) => Readonly<Record<string, string>>;
  /** Static imports of the probe's module. */
  readonly imports?: string;
  /** JavaScript. Of `ways`: calls of `way(name, attempt)`; of the others: what is done once `begin()` was called. */
  readonly source: (scene: Scene) => string;
  /** Code or name of the error that the attempt of a `flood` must end with. By default it ends well, with its ways. */
  readonly ends?: string;
  /** Characters of lines that the host may be given during a `flood`, at most. @default no limit */
  readonly mostPrinted?: number;
  /** The loader must refuse the module before anything runs, with this code. */
  readonly refusedAtLoad?: string;
}

/** A way that a probe tried. */
export interface Way {
  readonly name: string;
  /** It led somewhere. */
  readonly open: boolean;
  /** What came of it: the error, or what was got. */
  readonly said: string;
}
