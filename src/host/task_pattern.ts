/** A path or pattern of `[tasks] modules`, as far as it can be judged without looking at the disk. @module */

import { isGlob, relative } from "@std/path";
import type { TaskPattern } from "./manifest.ts";
import { badTaskModule } from "./manifest_errors.ts";
import { absolutePath, isInside } from "./paths.ts";

const FORMS = 'Write a path or a pattern in the folder of the manifest, such as "./tasks/**/*.ts".';

/** A pattern, resolved. */
export interface ResolvedPattern {
  /** Relative to the folder of the manifest, without `.` and `..`. */
  readonly path: string;
  readonly isGlob: boolean;
}

/**
 * @param folder Of the manifest.
 * @throws {NuvomError} `NUVOM_MANIFEST_TASK_MODULE`
 */
export function resolveTaskPattern({ text, place }: TaskPattern, folder: string): ResolvedPattern {
  if (/^[a-z][a-z0-9+.-]+:/i.test(text)) {
    throw badTaskModule(place, text, "is a URL; this version loads task modules from files", FORMS);
  }
  if (text.startsWith("!")) throw badTaskModule(place, text, "excludes something, which no pattern can", FORMS);
  const path = absolutePath(text, folder);
  if (!isInside(path, folder)) throw badTaskModule(place, text, `lies outside of ${folder}`, FORMS);
  return { path: relative(folder, path), isGlob: isGlob(text) };
}
