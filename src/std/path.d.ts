/** The last part of a path. */
export function basename(path: string): string;
/** All but the last part of a path. */
export function dirname(path: string): string;
/** The path of a `file:` URL, decoded. */
export function fromFileUrl(url: string | URL): string;
/** A pattern as a regular expression over whole paths; `**` is any number of folders. */
export function globToRegExp(
  glob: string,
  options?: { readonly extended?: boolean; readonly globstar?: boolean; readonly caseInsensitive?: boolean },
): RegExp;
/** Whether a text is a pattern. */
export function isGlob(text: string): boolean;
/** How to get from one absolute path to another. */
export function relative(from: string, to: string): string;
/** Joins from the right until the path is absolute; `.` and `..` are taken out. */
export function resolve(...parts: string[]): string;
/** The `file:` URL of an absolute path. */
export function toFileUrl(path: string): URL;
