/** A path or pattern of `[tasks] modules`, as far as it can be judged without looking at the disk. @module */

import { isGlob, relative } from "@std/path";
import type { TaskPattern } from "./manifest.ts";
import { badTaskModule } from "./manifest_errors.ts";
import { absolutePath, isInside } from "./paths.ts";
import { isRemoteText, readRemoteUrl } from "./remote_text.ts";

const FORMS = 'Write a path or a pattern in the folder of the manifest, such as "./tasks/**/*.ts", or an https URL.';

/** A pattern, resolved. */
export type ResolvedPattern =
  | { readonly kind: "url"; readonly url: string }
  /** `path` is relative to the folder of the manifest, without `.` and `..`. */
  | { readonly kind: "file" | "glob"; readonly path: string };

/**
 * @param folder Of the manifest.
 * @throws {NuvomError} `NUVOM_MANIFEST_TASK_MODULE`, `NUVOM_FETCH_URL`, `NUVOM_FETCH_SCHEME`
 */
export function resolveTaskPattern({ text, place }: TaskPattern, folder: string): ResolvedPattern {
  if (isRemoteText(text)) {
    if (text.includes("#")) throw badTaskModule(place, text, "names an export; all tasks of a module are taken", FORMS);
    return { kind: "url", url: readRemoteUrl(text, place) };
  }
  if (/^[a-z][a-z0-9+.-]+:/i.test(text)) {
    throw badTaskModule(place, text, "has a scheme that modules do not come from", FORMS);
  }
  if (text.startsWith("!")) throw badTaskModule(place, text, "excludes something, which no pattern can", FORMS);
  const path = absolutePath(text, folder);
  if (!isInside(path, folder)) throw badTaskModule(place, text, `lies outside of ${folder}`, FORMS);
  return { kind: isGlob(text) ? "glob" : "file", path: relative(folder, path) };
}
