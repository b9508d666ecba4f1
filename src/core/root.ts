/** Where nuvom's own files lie, in the repository and inside the executable alike. @module */

const HERE = /\/src\/core\/root\.ts$/;

/** The executable is made of bundles of the modules, which lie in `dist/program`. */
export const IS_BUNDLED: boolean = !HERE.test(import.meta.url);

/** The folder of `cli.ts`; ends with a slash. */
export const ROOT: URL = new URL(
  import.meta.url.replace(IS_BUNDLED ? /\/dist\/program\/(?!.*\/dist\/program\/).*$/ : HERE, "/"),
);
