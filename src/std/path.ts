/** `@std/path`, from the npm package that carries it; swap for `jsr:@std/path/posix` in `deno.json`. @module */
// @ts-types="./path.d.ts"
export {
  basename,
  dirname,
  fromFileUrl,
  globToRegExp,
  isGlob,
  relative,
  resolve,
  toFileUrl,
} from "npm:deno-std@1.4.0/path/posix/mod.js";
